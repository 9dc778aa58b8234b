// What the gem wrote into online_times: totals in seconds, and since when timers run, by channel.
// @ts-check

const SPENT = '_spended';
const STARTED = '_started_at';
const WHOLE_PAIR = /("(?:[^"\\]|\\.)*")\s*:\s*("(?:[^"\\]|\\.)*"|\d+)(?=\s*[,}])/g;

/**
 * The JSON of a row. MySQL cut off texts that were too long for the gem's column: then all pairs that are whole.
 * @param {string | null} text
 * @returns {{ json: Record<string, unknown>, damaged: boolean }}
 */
function read(text) {
  try {
    const json = JSON.parse(text ?? '{}');
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return { json, damaged: false };
    return { json: {}, damaged: json !== null };
  } catch {
    const pairs = [...(text ?? '').matchAll(WHOLE_PAIR)].map(([, key, value]) => `${key}:${value}`);
    return { json: salvaged(pairs), damaged: true };
  }
}

/** @param {string[]} pairs @returns {Record<string, unknown>} */
function salvaged(pairs) {
  try {
    return JSON.parse(`{${pairs.join(',')}}`);
  } catch {
    return {};
  }
}

/**
 * The totals, by channel, in whole seconds.
 * @param {Record<string, unknown>} json
 */
function totalsOf(json) {
  return entriesOf(json, SPENT).flatMap(({ channel, value }) => {
    const seconds = Math.floor(Number(value));
    return seconds > 0 ? [{ channel, seconds }] : [];
  });
}

/**
 * The timers that run, by channel.
 * @param {Record<string, unknown>} json
 */
function timersOf(json) {
  return entriesOf(json, STARTED).map(({ channel, value }) => ({ channel, stamp: value }));
}

/** @param {Record<string, unknown>} json @param {string} ending */
function entriesOf(json, ending) {
  return Object.entries(json).flatMap(([key, value]) =>
    key.endsWith(ending) && key.length > ending.length ? [{ channel: key.slice(0, -ending.length), value }] : [],
  );
}

/**
 * Stops a timer, and adds what it counted to the total.
 * @param {Record<string, unknown>} json
 * @param {string} channel
 * @param {number} seconds
 */
function stop(json, channel, seconds) {
  delete json[channel + STARTED];
  const spent = Number(json[channel + SPENT] ?? 0);
  if (seconds > 0) json[channel + SPENT] = (Number.isFinite(spent) ? spent : 0) + seconds;
}

module.exports = { read, stop, timersOf, totalsOf };
