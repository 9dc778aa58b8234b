// Keeping the gem's totals: seconds that stand only in the JSON column become stays, since totals are made from stays.
// @ts-check
const { gemStay } = require('./gem_tables.cjs');
const { totalsOf } = require('./online_times.cjs');

/**
 * @typedef {{ id: number, user_id: string, created_at: unknown, json: Record<string, unknown> }} Times
 */

/**
 * What the stays know already is not kept twice, so this may be done again and again.
 * @param {import('./gem_tables.cjs').Tables} tables
 * @param {Times[]} rows
 * @param {(date: unknown) => number | null} instantOf reads a date of the gem's
 * @param {number} now
 * @returns how many totals were kept, and their seconds. One whose channel has a name that is too long is not.
 */
async function keepTotals(tables, rows, instantOf, now) {
  const all = rows.flatMap((row) => totalsOf(row.json).map((total) => ({ ...total, row })));
  const ids = await tables.channelIds(all.map(({ channel }) => channel));
  const stays = await tables.stays();
  const kept = all.flatMap((total) => {
    const id = ids.get(total.channel);
    return id === undefined ? [] : [{ ...total, id }];
  });
  const missing = kept.flatMap(({ id, seconds, row }) => {
    const known = stays.get(`${id} ${row.user_id}`);
    const left = seconds - Math.ceil((known?.spent ?? 0) / 1_000);
    const made = instantOf(row.created_at) ?? 0;
    return left > 0 ? [gemStay(row.user_id, id, place(made, left, known?.first ?? now, now), left)] : [];
  });
  await tables.insert('faye_stays', missing);
  return { count: kept.length, seconds: kept.reduce((sum, { seconds }) => sum + seconds, 0) };
}

/**
 * When a total begins. It has no place in time: it begins when its row was made, but ends before whatever is known of the
 * same user on the same activity, as the same instant is never counted twice, and before now.
 * @param {number} made
 * @param {number} seconds
 * @param {number} first
 * @param {number} now
 */
function place(made, seconds, first, now) {
  const length = seconds * 1_000;
  const end = Math.min(made + length, first, now);
  return Math.floor((end - length) / 1_000) * 1_000;
}

module.exports = { keepTotals };
