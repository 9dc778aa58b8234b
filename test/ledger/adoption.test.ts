// Taking over a database that the gem left on MySQL: nothing is lost, no time is made up, and a Rails reader sees what is true.
import { QueryTypes, type Sequelize } from 'sequelize';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate, undoMigrations } from '../../db/migrations.js';
import { defineModels } from '../../db/models/index.js';
import { createReport } from '../../lib/ledger/report.js';
import { LedgerScene } from '../contracts/ledger_scene.js';
import { type MariaDbDatabase, mariadb } from '../support/mariadb.js';
import { ann, bob, person } from '../support/people.js';
import { loadGemDump } from './gem_database.js';

const ZONE = 'Asia/Shanghai';
const LESSON = (number: number): string => `/courses/5/lessons/${number}`;

let database: MariaDbDatabase;
let sequelize: Sequelize;
let told: string[];

beforeEach(async () => {
  database = await mariadb();
  sequelize = await database.open();
  told = [];
  await loadGemDump(sequelize);
});
afterEach(async () => {
  await sequelize.close();
  await database.remove();
});

const rows = <T extends object>(sql: string) => sequelize.query<T>(sql, { type: QueryTypes.SELECT });
const adopt = (timeZone = ZONE) => migrate(sequelize, { timeZone, tell: (line) => told.push(line) });

async function times(): Promise<Record<string, unknown>> {
  const all = await rows<{ uid: string; times: string }>(
    'SELECT CAST(user_id AS CHAR) AS uid, online_times AS times FROM faye_user_online_times',
  );
  return Object.fromEntries(all.map(({ uid, times }) => [uid, JSON.parse(times)]));
}

/** What the stays say of each user on each lesson, in seconds. */
async function spent(uid: string): Promise<Record<string, number>> {
  const nobody = { roster: async () => Promise.reject(new Error('nobody asks')), census: async () => new Map() };
  const report = createReport({ sequelize, ...nobody, whereabouts: async () => [], now: () => Date.UTC(2030, 0) });
  return Object.fromEntries((await report.time({ uid })).map(({ channel, ms }) => [channel, ms / 1_000]));
}

/** As FayeOnline.log shows them: how many seconds each client was there, null while it has not gone. */
async function visits(): Promise<Record<string, number | null>> {
  const lines = await rows<{ client: string; came: number; went: number | null }>(
    "SELECT CONCAT_WS(' ', l.uid, c.name, l.clientId) AS client, MIN(IF(status = 1, UNIX_TIMESTAMP(t), NULL)) AS came, " +
      'MIN(IF(status = 0, UNIX_TIMESTAMP(t), NULL)) AS went FROM faye_user_login_logs l ' +
      'JOIN faye_channels c ON c.id = l.channel_id GROUP BY l.uid, c.name, l.clientId HAVING came IS NOT NULL ORDER BY 1',
  );
  return Object.fromEntries(lines.map(({ client, came, went }) => [client, went === null ? null : went - came]));
}

const log = () =>
  rows<{ status: number; uid: string; t: string; channel_id: number; clientId: string }>(
    'SELECT status, CAST(uid AS CHAR) AS uid, CAST(t AS CHAR) AS t, channel_id, clientId FROM faye_user_login_logs ORDER BY t, uid, status',
  );

describe("a database of the gem's on MySQL", () => {
  it('keeps every total, and gives each running timer the time up to the last trace of its user', async () => {
    await adopt();
    expect(await times()).toEqual({
      470700: { [`${LESSON(3)}_spended`]: 39, [`${LESSON(1)}_spended`]: 45 },
      1: { [`${LESSON(1)}_spended`]: 21 },
      2: { [`${LESSON(2)}_spended`]: 21 },
      557558: { [`${LESSON(1)}_spended`]: 44 },
      1001: { [`${LESSON(3)}_spended`]: 42, [`${LESSON(4)}_spended`]: 1 },
      1002: { [`${LESSON(3)}_spended`]: 21 },
      1003: { [`${LESSON(1)}_spended`]: 8 },
      2147483647: { [`${LESSON(4)}_spended`]: 42 },
    });
    expect(await spent('557558')).toEqual({ [LESSON(1)]: 44 });
    expect(await spent('470700')).toEqual({ [LESSON(1)]: 45, [LESSON(3)]: 39 });
    expect(await spent('2147483647')).toEqual({ [LESSON(4)]: 42 });
  });

  it('reports every timer that it closed, and keeps the report', async () => {
    await adopt();
    const line = `faye-online: user 557558 on ${LESSON(1)}: started 2026-11-24T02:10:55Z, closed 2026-11-24T02:11:39Z, 44 s added.`;
    expect(told).toContain(line);
    expect(told).toContain('faye-online: 5 timers closed, 44 s added; 10 totals kept, 284 s with those.');
    expect(told).toContain('faye-online: 5 visits ended in the log, 4 lists emptied.');
    expect(told.filter((one) => one.includes(': started '))).toHaveLength(5);
    await undoMigrations(sequelize);
    const kept = await rows<object>('SELECT uid, channel, seconds FROM faye_online_adoptions WHERE seconds > 0');
    expect(kept).toEqual([{ uid: '557558', channel: LESSON(1), seconds: 44 }]);
  });

  it('loses no row, and changes none of the log', async () => {
    const before = { log: await log(), channels: await rows('SELECT id, name FROM faye_channels ORDER BY id') };
    await adopt();
    expect(await log()).toEqual(expect.arrayContaining(before.log));
    expect(await rows('SELECT id, name FROM faye_channels ORDER BY id')).toEqual(before.channels);
    expect(await rows('SELECT id FROM faye_channel_online_lists')).toHaveLength(9);
    const engines = await rows<object>(
      "SELECT DISTINCT ENGINE AS engine FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME LIKE 'faye%'",
    );
    expect(engines).toEqual([{ engine: 'InnoDB' }]);
  });

  it('puts out the ghosts: nobody is listed, and every visit in the log has an end', async () => {
    await adopt();
    expect(await rows('SELECT DISTINCT user_info_list AS list FROM faye_channel_online_lists')).toEqual([
      { list: '[]' },
    ]);
    const open = await rows(
      'SELECT clientId FROM faye_user_login_logs GROUP BY uid, channel_id, clientId HAVING SUM(IF(status = 1, 1, -1)) > 0',
    );
    expect(open).toEqual([]);
    expect((await log()).filter(({ clientId }) => clientId === '1hgze2bekx9np5rtxtu4pph30qyn9np')).toMatchObject([
      { status: 1, t: '2026-11-24 10:11:34' },
      { status: 0, t: '2026-11-24 10:11:39' },
    ]);
  });

  it('shows a Rails application in the log what it showed, and visits that have ended instead of endless ones', async () => {
    const before = await visits();
    await adopt();
    const after = await visits();
    const ended = Object.entries(before).filter(([, seconds]) => seconds !== null);
    expect(after).toMatchObject(Object.fromEntries(ended));
    expect(after).toMatchObject({
      [`470700 ${LESSON(1)} jikbcdgicqjsgabflloeqs99fmklt3y`]: 45,
      [`470700 ${LESSON(3)} d272a3w5dcvd0vsqure9gec8zg38v5q`]: 39,
      [`1 ${LESSON(1)} dsc3h5kbfm48fqrj2ussdx4ugokfys4`]: 21,
      [`1001 ${LESSON(3)} c2vvoighxqkx7z40jd149hronjikq76`]: 42,
    });
    const running = Object.keys(before).filter((name) => before[name] === null);
    expect(running.map((name) => after[name])).toEqual([0, 0, 0, 0, 5]);
  });

  it('does the same whether the log has local times or, as within Rails, UTC', async () => {
    await sequelize.query('UPDATE faye_user_login_logs SET t = t - INTERVAL 8 HOUR');
    await adopt();
    expect((await times())['557558']).toEqual({ [`${LESSON(1)}_spended`]: 44 });
    expect(told.at(-1)).toContain('the log has UTC');
    expect(told.join()).toContain('started 2026-11-24T02:10:55Z, closed 2026-11-24T02:11:39Z');
  });

  it('refuses to guess when the clocks do not fit, and says what to set', async () => {
    await sequelize.query('UPDATE faye_user_login_logs SET t = t - INTERVAL 8 HOUR');
    await expect(migrate(sequelize)).rejects.toThrow(/Set FAYE_ONLINE_TIME_ZONE to the zone in which the gem ran/);
    expect(Object.keys((await times())['557558'] ?? {})).toEqual([`${LESSON(1)}_started_at`]);
    await adopt();
    expect((await times())['557558']).toEqual({ [`${LESSON(1)}_spended`]: 44 });
    await expect(migrate(sequelize, { timeZone: 'Asia/Atlantis' })).resolves.toEqual([]);
  });

  it('adds nothing for days that no line supports, and says so', async () => {
    await sequelize.query("INSERT INTO faye_user_login_logs VALUES (0, 2, '2026-11-27 09:00:00', 2, 'x')");
    await adopt();
    expect((await times())['2']).toEqual({ [`${LESSON(2)}_spended`]: 21 });
    expect(told.join()).toContain('closed 2026-11-27T01:00:00Z, 0 s added (254889 s of it are not proven: left out)');
    expect(told.join()).toContain('faye-online: time counts between two log lines of the user there while');
  });

  it('counts no instant twice, though a total has no place in time', async () => {
    await sequelize.query(
      `UPDATE faye_user_online_times SET online_times = '{"${LESSON(1)}_started_at":"20261124101055","${LESSON(1)}_spended":3600}' WHERE user_id = 557558`,
    );
    await adopt();
    expect((await times())['557558']).toEqual({ [`${LESSON(1)}_spended`]: 3644 });
    expect(await spent('557558')).toEqual({ [LESSON(1)]: 3644 });
  });

  it('keeps what can be read of times that MySQL had cut off', async () => {
    await sequelize.query(
      `UPDATE faye_user_online_times SET online_times = '{"${LESSON(1)}_spended":8,"${LESSON(2)}_spended":12,"${LESSON(3)}_spe' WHERE user_id = 1003`,
    );
    await adopt();
    expect(await spent('1003')).toEqual({ [LESSON(1)]: 8, [LESSON(2)]: 12 });
    expect(told).toContain('faye-online: user 1003: online_times was cut off: what could be read is kept.');
  });

  it('takes rows that only an easy-going MySQL had let in', async () => {
    await sequelize.transaction(async (transaction) => {
      await sequelize.query("SET SESSION sql_mode = ''", { transaction });
      for (const sql of [
        "UPDATE faye_user_online_times SET created_at = '0000-00-00' WHERE user_id = 1003",
        "INSERT INTO faye_user_online_times VALUES (50, NULL, '{\"x_spended\":5}', NULL, '0000-00-00', '0000-00-00')",
        `INSERT INTO faye_user_online_times VALUES (51, 7, '{"/${'x'.repeat(300)}_spended":5,"/y_spended":"6"}', NULL, NOW(), NOW())`,
        'INSERT INTO faye_user_online_times VALUES (52, 8, \'{"/y_started_at":""}\', NULL, NOW(), NOW())',
        "INSERT INTO faye_user_login_logs VALUES (NULL, NULL, '0000-00-00', NULL, NULL)",
        "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_DATE'",
      ]) {
        await sequelize.query(sql, { transaction });
      }
    });
    await adopt();
    expect(await spent('1003')).toEqual({ [LESSON(1)]: 8 });
    expect(await spent('7')).toEqual({ '/y': 6 });
    expect(told.join()).toContain('user 8 on /y: started ?, closed ?, 0 s added (its start is no time)');
  });

  it('can be undone and done again, without a second being counted twice', async () => {
    await adopt();
    const before = { times: await times(), log: await log() };
    await undoMigrations(sequelize);
    expect({ times: await times(), log: await log() }).toEqual(before);
    await adopt();
    expect({ times: await times(), log: await log() }).toEqual(before);
    expect(await spent('557558')).toEqual({ [LESSON(1)]: 44 });
    await sequelize.query('DROP TABLE faye_online_migrations');
    await adopt();
    expect({ times: await times(), log: await log() }).toEqual(before);
    expect(await spent('470700')).toEqual({ [LESSON(1)]: 45, [LESSON(3)]: 39 });
  });

  it('is added to by those who come now, and what a Rails application reads stays true', async () => {
    await adopt();
    const scene = new LedgerScene(database, sequelize);
    const duplicate = { channel_id: 1, user_info_list: null, lock_version: 0 };
    await defineModels(sequelize).OnlineList.create(duplicate);
    await scene.join(ann('a1'), 60);
    await scene.join(person('470700', 'four')('c1'), 61);
    await scene.flushAt(65);
    const lists = await rows<object>(
      'SELECT user_info_list AS list FROM faye_channel_online_lists WHERE channel_id = 1',
    );
    expect(lists).toEqual([{ list: '[1,470700]' }, { list: '[1,470700]' }]);
    expect(await scene.rails.spent('1', LESSON(1))).toBe(21 + 5);
    await scene.leave(ann('a1'), 70);
    await scene.join(bob('b1'), 70);
    await scene.ledger.close();
    expect(await scene.rails.times('1')).toEqual({ [`${LESSON(1)}_spended`]: 31 });
    expect(await scene.rails.times('2')).toMatchObject({ [`${LESSON(2)}_spended`]: 21 });
    expect(await scene.rails.times('470700')).toMatchObject({
      [`${LESSON(1)}_spended`]: 45,
      [`${LESSON(3)}_spended`]: 39,
    });
    expect((await rows('SELECT id FROM faye_channels')).length).toBe(9);
  });

  it('is adopted once by two processes that start at the same moment', async () => {
    const other = await database.open();
    const lines: string[] = [];
    const options = { timeZone: ZONE, tell: (line: string) => lines.push(line) };
    const ran = await Promise.all([migrate(sequelize, options), migrate(other, options)]);
    await other.close();
    expect(ran.filter(({ length }) => length > 0)).toHaveLength(1);
    expect(lines.filter((line) => line.includes('timers closed'))).toHaveLength(1);
  });
});
