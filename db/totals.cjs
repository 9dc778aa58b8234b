// Keeping the gem's totals: seconds that stand only in the JSON column become stays, since totals are made from stays.
// @ts-check

const SPENT = '_spended';
const AT_ONCE = 500;

/** @typedef {{ user_id: string | number, online_times: string | null, created_at: string | Date }} Times */

/** @param {import('sequelize').QueryInterface} queryInterface */
async function keepTotals(queryInterface) {
  const rows = /** @type {Times[]} */ (await queryInterface.select(null, 'faye_user_online_times', {}));
  const totals = rows.flatMap((row) => totalsOf(row).map((total) => ({ ...total, row })));
  const ids = await channelIds(queryInterface, new Set(totals.map(({ channel }) => channel)));
  const stays = totals.map(({ channel, seconds, row }) => stay(row, ids.get(channel), seconds));
  for (let from = 0; from < stays.length; from += AT_ONCE) {
    const some = stays.slice(from, from + AT_ONCE);
    await queryInterface.bulkInsert('faye_stays', some, /** @type {object} */ ({ ignoreDuplicates: true }));
  }
}

/** @param {Times} row */
function totalsOf({ online_times }) {
  return Object.entries(parse(online_times)).flatMap(([key, seconds]) => {
    const isTotal = key.endsWith(SPENT) && typeof seconds === 'number' && seconds > 0;
    return isTotal ? [{ channel: key.slice(0, -SPENT.length), seconds: Math.floor(seconds) }] : [];
  });
}

/** @param {string | null} text @returns {Record<string, unknown>} */
function parse(text) {
  try {
    return Object(JSON.parse(text ?? '{}'));
  } catch {
    return {};
  }
}

/** A total has no place in time: it stands at the time when its row was made. */
function stay(/** @type {Times} */ row, /** @type {number | undefined} */ channel, /** @type {number} */ seconds) {
  const started = new Date(row.created_at);
  const ended = new Date(started.getTime() + seconds * 1000);
  return {
    uid: String(row.user_id),
    channel_id: channel,
    kind: 'activity',
    started_at: started,
    seen_at: ended,
    ended_at: ended,
    ended_by: 'gem',
    milliseconds: seconds * 1000,
  };
}

/**
 * The numbers of channels by name; those that are missing are made.
 * @param {import('sequelize').QueryInterface} queryInterface
 * @param {ReadonlySet<string>} names
 */
async function channelIds(queryInterface, names) {
  const known = async () => {
    const rows = await queryInterface.select(null, 'faye_channels', {});
    return new Map(/** @type {{ id: number, name: string }[]} */ (rows).map(({ id, name }) => [name, id]));
  };
  const there = await known();
  const now = new Date();
  const fresh = [...names].filter((name) => !there.has(name));
  if (fresh.length === 0) return there;
  await queryInterface.bulkInsert(
    'faye_channels',
    fresh.map((name) => ({ name, created_at: now, updated_at: now })),
  );
  return known();
}

module.exports = { keepTotals };
