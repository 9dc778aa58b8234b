// Timers of the gem's that were never stopped: what the log proves of them is paid, and nothing else.
import { QueryTypes, type Sequelize } from 'sequelize';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../db/migrations.js';
import { type MariaDbDatabase, mariadb } from '../support/mariadb.js';
import { loadGemDump } from './gem_database.js';

/** A lesson of the dump, and a user of whom the dump knows nothing. */
const [LESSON, LESSON_ID, DAN] = ['/courses/5/lessons/1', 2, 9_002];

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

/** Dan's timer runs since a time in Shanghai, such as `03 09:00:00`, a day of November. */
async function timer(since: string, json: Record<string, unknown> = {}): Promise<void> {
  const stamp = `202611${since.replaceAll(/\D/g, '')}`;
  const times = JSON.stringify({ [`${LESSON}_started_at`]: stamp, ...json });
  const made = `2026-11-${since}`;
  await sequelize.query(
    'INSERT INTO faye_user_online_times (user_id, online_times, created_at, updated_at) VALUES (:DAN, :times, :made, :made)',
    { replacements: { DAN, times, made } },
  );
}

/** Lines of Dan's log on the lesson, such as `03 09:00:00 + a`. */
async function lines(...said: string[]): Promise<void> {
  for (const line of said) {
    const [day, time, sign, client] = line.split(' ');
    const replacements = { status: sign === '+' ? 1 : 0, DAN, t: `2026-11-${day} ${time}`, LESSON_ID, client };
    await sequelize.query('INSERT INTO faye_user_login_logs VALUES (:status, :DAN, :t, :LESSON_ID, :client)', {
      replacements,
    });
  }
}

/** Migrates. @returns what Dan's stays are then, in the time of Shanghai, and their seconds. */
async function adopted(): Promise<string[]> {
  await migrate(sequelize, { timeZone: 'Asia/Shanghai', tell: (line) => told.push(line) });
  const stays = await rows<{ from: string; to: string; seconds: string }>(
    "SELECT DATE_FORMAT(started_at + INTERVAL 8 HOUR, '%d %T') AS `from`, DATE_FORMAT(ended_at + INTERVAL 8 HOUR, '%d %T') AS `to`, " +
      `milliseconds DIV 1000 AS seconds FROM faye_stays WHERE uid = '${DAN}' ORDER BY started_at`,
  );
  return stays.map(({ from, to, seconds }) => `${from} – ${to}: ${seconds}`);
}

const spent = async (): Promise<unknown> => {
  const [row] = await rows<{ times: string }>(
    `SELECT online_times AS times FROM faye_user_online_times WHERE user_id = '${DAN}'`,
  );
  return JSON.parse(row?.times ?? 'null');
};

const line = (): string | undefined => told.find((one) => one.includes(`user ${DAN}`));

describe('a timer of the gem that was never stopped', () => {
  it('is closed at the last line of an unbroken visit', async () => {
    await timer('03 09:00:00');
    await lines('03 09:00:00 + a', '03 09:40:00 + b', '03 10:10:00 - a');
    expect(await adopted()).toEqual(['03 09:00:00 – 03 10:10:00: 4200']);
    expect(await spent()).toEqual({ [`${LESSON}_spended`]: 4_200 });
    expect(line()).toBe(
      `faye-online: user ${DAN} on ${LESSON}: started 2026-11-03T01:00:00Z, closed 2026-11-03T02:10:00Z, 4200 s added.`,
    );
  });

  it('is closed at the last line also when that is another tab that came', async () => {
    await timer('03 09:00:00');
    await lines('03 09:00:01 + a', '03 09:40:00 + b');
    expect(await adopted()).toEqual(['03 09:00:00 – 03 09:40:00: 2400']);
  });

  it('does not pay the night in which its only client was a ghost', async () => {
    await timer('03 09:55:00');
    await lines('03 09:55:00 + ghost', '04 08:55:00 + b', '04 09:05:00 - b');
    expect(await adopted()).toEqual(['04 08:55:00 – 04 09:05:00: 600']);
    expect(line()).toContain('closed 2026-11-04T01:05:00Z, 600 s added (82800 s of it are not proven: left out)');
  });

  it('pays all visits of several days, and not the nights between them', async () => {
    await timer('03 09:00:00');
    const visits = ['03', '04', '05'].flatMap((day) => [`${day} 09:00:00 + ${day}`, `${day} 17:00:00 - ${day}`]);
    await lines(...visits);
    expect(await adopted()).toEqual([
      '03 09:00:00 – 03 17:00:00: 28800',
      '04 09:00:00 – 04 17:00:00: 28800',
      '05 09:00:00 – 05 17:00:00: 28800',
    ]);
    expect(await spent()).toEqual({ [`${LESSON}_spended`]: 3 * 28_800 });
  });

  it('pays no gap in which every client had gone, however short', async () => {
    await timer('03 09:00:00');
    await lines('03 09:00:00 + a', '03 09:10:00 - a', '03 09:11:00 + b', '03 09:20:00 - b');
    expect(await adopted()).toEqual(['03 09:00:00 – 03 09:10:00: 600', '03 09:11:00 – 03 09:20:00: 540']);
  });

  it('counts overlapping tabs once, and takes a tab without a beginning for in from the start', async () => {
    await timer('03 09:00:00');
    await lines('03 09:05:00 + b', '03 09:20:00 - b', '03 09:30:00 - a', '03 09:50:00 - a');
    expect(await adopted()).toEqual(['03 09:00:00 – 03 09:30:00: 1800']);
  });

  it('believes no client that went days after it came, but the lines of others in between', async () => {
    await timer('03 09:00:00');
    await lines('03 09:00:00 + a', '03 10:00:00 + b', '03 11:00:00 - b', '05 09:00:00 - a');
    expect(await adopted()).toEqual(['03 09:00:00 – 03 11:00:00: 7200']);
  });

  it('is paid in seconds to a user of very many lines', async () => {
    await timer('03 09:00:00');
    await sequelize.query(
      "INSERT INTO faye_user_login_logs SELECT 1 - seq % 2, :DAN, '2026-11-03 09:00:00' + INTERVAL seq * 10 SECOND, :LESSON_ID, CONCAT('c', seq DIV 2) " +
        'FROM seq_0_to_59999',
      { replacements: { DAN, LESSON_ID } },
    );
    const began = performance.now();
    expect(await adopted()).toHaveLength(30_000);
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(await spent()).toEqual({ [`${LESSON}_spended`]: 300_000 });
  }, 60_000);
});

describe('a total of the gem', () => {
  it('begins when its row was made, by the clock that the log has', async () => {
    await timer('03 09:00:00', { '/courses/5/lessons/2_spended': 60 });
    await lines('03 09:00:00 + a');
    expect(await adopted()).toContain('03 09:00:00 – 03 09:01:00: 60');
  });

  it('is in the sum only when it could be kept', async () => {
    await timer('03 09:00:00', { [`/${'x'.repeat(300)}_spended`]: 1_000 });
    await adopted();
    expect(told).toContainEqual(expect.stringContaining('10 totals kept, 284 s with those'));
  });
});
