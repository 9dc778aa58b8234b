// What the log of a user on a lesson proves of a timer that was never stopped.
// @ts-check

const HOUR = 3_600_000;
/** Longer than this nobody is taken to have sat there between two lines, without one client's word for it. */
const LONGEST_GAP = 4 * HOUR;
/** Nor for longer than this, whatever a client's lines say: then it was a ghost that the gem swept late. */
const LONGEST_VISIT = 24 * HOUR;
const SAME = 2_000;
/** Whoever was in when the timer began, if no line says who. */
const SOMEBODY = Symbol('somebody');

const RULE =
  'time counts between two log lines of the user there while a client is in; a gap of more than 4 h only when one ' +
  'client came before it and went after it, within 24 h';

/**
 * @typedef {{ client: string | null, status: number, t: number }} Line
 * @typedef {{ start: number, end: number }} Interval
 */

/** Whether a timer and a line were written together. @param {number} a @param {number} b */
const near = (a, b) => Math.abs(a - b) <= SAME;

/**
 * The time since a timer began that the lines support, as intervals that neither overlap nor touch, in order.
 * @param {Line[]} lines those since `begun`, in any order
 * @param {number} begun
 * @returns {Interval[]}
 */
function proven(lines, begun) {
  /** @type {Map<string | null | symbol, number>} clients that are in, and since when */
  const inside = new Map();
  /** @type {Set<string | null>} */
  const known = new Set();
  /** @type {Interval[]} */
  const spans = [];
  if (!lines.some(({ status, t }) => status === 1 && near(t, begun))) inside.set(SOMEBODY, begun);
  let last = begun;
  for (const { client, status, t } of inOrder(lines, begun)) {
    if (inside.size > 0 && t - last <= LONGEST_GAP) spans.push({ start: last, end: t });
    last = t;
    if (status === 1) {
      if (!inside.has(client)) inside.set(client, t);
    } else {
      // Who goes without having come was in when the timer began.
      const since = inside.get(client) ?? (known.has(client) ? t : begun);
      if (t - since <= LONGEST_VISIT) spans.push({ start: since, end: t });
      inside.delete(client);
      if (!known.has(client)) inside.delete(SOMEBODY);
    }
    known.add(client);
  }
  return union(spans);
}

/** @param {Line[]} lines @param {number} begun */
function inOrder(lines, begun) {
  const since = lines.map((line) => {
    const together = line.t < begun || (line.status === 1 && near(line.t, begun));
    return together ? { ...line, t: begun } : line;
  });
  return since.sort((a, b) => a.t - b.t || b.status - a.status);
}

/** @param {Interval[]} spans @returns {Interval[]} */
function union(spans) {
  /** @type {Interval[]} */
  const merged = [];
  for (const { start, end } of spans.filter((span) => span.start < span.end).sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged;
}

module.exports = { near, proven, RULE, SAME };
