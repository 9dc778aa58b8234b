// Whatever tabs users open and close, the totals are those of a wall of one-second tiles that knows nothing of the code.
import fc from 'fast-check';
import { QueryTypes } from 'sequelize';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../db/migrations.js';
import type { TimeQuery } from '../../lib/report.js';
import { type LedgerDatabase, LedgerScene } from '../contracts/ledger_scene.js';
import { person } from '../support/people.js';
import { sqliteInMemory } from './databases.js';
import { LESSONS, PEOPLE, ROOMS, type TabPlan, tabPlan, tilesOf } from './tiles.js';

const CASES = 1_000;
/** No case is longer, so each has its own hours, and journal positions grow from case to case. */
const CASE_SECONDS = 1_000;

describe('the time of a user on a lesson', () => {
  let database: LedgerDatabase;
  let scene: LedgerScene;
  let cases = 0;

  beforeAll(async () => {
    database = await sqliteInMemory();
    const sequelize = await database.open();
    await migrate(sequelize);
    scene = new LedgerScene(database, sequelize);
  });
  afterAll(async () => {
    await scene.sequelize.close();
    await database.remove();
  });

  it('is the same in the stays, the report and the JSON as on the tiles', async () => {
    const flushes = fc.array(fc.nat(80), { maxLength: 2 });
    const plans = fc.array(tabPlan, { minLength: 1, maxLength: 7 });
    const question = fc.record({ who: fc.nat(PEOPLE.length - 1), from: fc.nat(80), to: fc.nat(80) });
    await fc.assert(
      fc.asyncProperty(plans, flushes, question, async (tabs, written, { who, from, to }) => {
        cases += 1;
        const base = cases * CASE_SECONDS;
        const people = PEOPLE.map((name) => person(`${name}${cases}`, name));
        await play(tabs, written, base, people);
        await scene.flushAt(base + 100);

        const tiles = tilesOf(tabs);
        const totals = (of: (who: number, lesson: number) => number) =>
          PEOPLE.map((_, user) => LESSONS.map((_, lesson) => of(user, lesson)));
        const lit = totals((user, lesson) => tiles.count(user, lesson));
        const json = await spentBy(people.map(({ user }) => user.uid));
        const stays = await stayedBy(people.map(({ user }) => user.uid));
        expect(json).toEqual(lit);
        expect(stays).toEqual(lit);

        const { uid } = people[who]?.user ?? { uid: '' };
        const window = { from: scene.at(base + from), to: scene.at(base + to) };
        expect(await reported({ uid })).toEqual(lit[who]);
        expect(await reported({ uid, ...window })).toEqual(
          LESSONS.map((_, lesson) => tiles.count(who, lesson, from, to)),
        );
      }),
      { numRuns: CASES },
    );
    expect(cases).toBeGreaterThanOrEqual(CASES);
    expect(scene.errors).toEqual([]);
    expect(await scene.models.Stay.count({ where: { ended_at: null } })).toBe(0);
  }, 300_000);

  /** Plays the tabs in the order of time; at some instants it is written down, seen or not. */
  async function play(
    tabs: readonly TabPlan[],
    written: readonly number[],
    base: number,
    people: readonly ReturnType<typeof person>[],
  ): Promise<void> {
    const events: { at: number; does: (at: number) => Promise<void> }[] = [];
    for (const [index, { who, start, length, room, lesson, moveTo, lost }] of tabs.entries()) {
      const open = (activity: number) => {
        const place = { room: ROOMS[room] ?? '', activity: LESSONS[activity] ?? '' };
        return (people[who] ?? person('', ''))(`${cases}-${index}`, place);
      };
      events.push({ at: start, does: (at) => scene.join(open(lesson), at) });
      if (moveTo !== null) {
        events.push({ at: start + Math.floor(length / 2), does: (at) => scene.join(open(moveTo), at) });
      }
      events.push({
        at: start + length,
        does: (at) => (lost ? scene.lose(open(lesson), at, at) : scene.leave(open(lesson), at)),
      });
    }
    written.forEach((at, index) => {
      events.push({ at, does: (now) => (index % 2 ? scene.checkpointAt(now) : scene.flushAt(now)) });
    });
    for (const { at, does } of events.sort((a, b) => a.at - b.at)) await does(base + at);
  }

  /** Seconds per user and lesson, as the gem's column has them. */
  async function spentBy(uids: readonly string[]): Promise<number[][]> {
    const rows = await scene.models.OnlineTime.findAll({ where: { user_id: [...uids] }, raw: true });
    const times = new Map(rows.map(({ user_id, online_times }) => [user_id, JSON.parse(online_times ?? '{}')]));
    return uids.map((uid) => LESSONS.map((lesson) => times.get(uid)?.[`${lesson}_spended`] ?? 0));
  }

  /** Seconds per user and lesson, as the sums of the stays. */
  async function stayedBy(uids: readonly string[]): Promise<number[][]> {
    const rows = await scene.sequelize.query<{ uid: string; name: string; ms: number }>(
      `SELECT s.uid, c.name, SUM(s.milliseconds) AS ms FROM faye_stays s JOIN faye_channels c ON c.id = s.channel_id
       WHERE s.kind = 'activity' AND s.uid IN (:uids) GROUP BY s.uid, c.name`,
      { type: QueryTypes.SELECT, replacements: { uids: [...uids] } },
    );
    const sums = new Map(rows.map(({ uid, name, ms }) => [`${uid} ${name}`, ms / 1_000]));
    return uids.map((uid) => LESSONS.map((lesson) => sums.get(`${uid} ${lesson}`) ?? 0));
  }

  /** Seconds per lesson, as the report has them. */
  async function reported(query: TimeQuery): Promise<number[]> {
    const times = new Map((await scene.report.time(query)).map(({ channel, ms }) => [channel, ms / 1_000]));
    return LESSONS.map((lesson) => times.get(lesson) ?? 0);
  }
});
