// The whole way: how long ann was on a lesson, and what is left of it when the server is killed in the middle.
import type { Sequelize } from 'sequelize';
import { describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../../db/open.js';
import { placeError } from '../../lib/bayeux/channels.js';
import { Tokens } from '../../lib/identity/tokens.js';
import { makeGemDatabase } from '../ledger/gem_database.js';
import { scratch, startProcess } from '../support/process.js';
import { startHouse } from '../support/servers.js';
import { Tab } from '../support/tab.js';

const SECRET = 'a secret of at least thirty-two bytes';
const ROOM = '/classes/4';
const LESSON = '/courses/5/lessons/1';
const tokens = new Tokens([{ secret: SECRET }], placeError);

async function tabOf(faye: string, uid: string | number): Promise<Tab> {
  const token = await tokens.sign({ uid, uname: `user ${uid}`, room: ROOM, time: LESSON });
  return (await Tab.open(faye, { token })).come();
}

const select = async (database: Sequelize, sql: string): Promise<Record<string, string | number | null>[]> =>
  (await database.query(sql))[0] as never;

describe('the time on a lesson', () => {
  it('runs from the first tab in to the last tab out, once', async () => {
    const file = `sqlite:${await scratch()}/online.sqlite`;
    const house = await startHouse({ secret: SECRET, database: file, migrate: true, grace: 0.3, gc: 0.1 });
    const database = await openDatabase(file);
    const spent = async (): Promise<number> =>
      (await house.online.time({ uid: '470700', channel: LESSON }))[0]?.ms ?? 0;
    const began = Date.now();
    const first = await tabOf(house.faye, 470700);
    await vi.waitFor(async () => expect(await spent()).toBeGreaterThan(700), 5000);
    const second = await tabOf(house.faye, 470700);
    await vi.waitFor(async () => expect((await house.online.room(ROOM)).users[0]?.clients).toBe(2));
    await first.disconnect();
    await vi.waitFor(async () => expect(await spent()).toBeGreaterThan(1500), 5000);
    await second.disconnect();
    const passed = Date.now() - began;

    await vi.waitFor(
      async () => expect(await select(database, 'SELECT * FROM faye_user_login_logs')).toHaveLength(4),
      5000,
    );
    const [stay, ...others] = await select(database, "SELECT * FROM faye_stays WHERE kind = 'activity'");
    expect(others).toEqual([]);
    expect(stay).toMatchObject({ uid: '470700', ended_by: 'leave' });
    expect(Number(stay?.milliseconds)).toBeGreaterThan(1400);
    expect(Number(stay?.milliseconds)).toBeLessThanOrEqual(passed);
    const [times] = await select(database, 'SELECT * FROM faye_user_online_times');
    expect(JSON.parse(String(times?.online_times))).toEqual({
      [`${LESSON}_spended`]: Math.floor(Number(stay?.milliseconds) / 1000),
    });
    const [log] = await house.online.log({ uid: '470700' });
    expect(log).toMatchObject({ status: 'out', uid: '470700', uname: 'user 470700', channel: LESSON });
    await house.close();
    await database.close();
  });

  it('holds no clientId anywhere', async () => {
    const database = await openDatabase('sqlite::memory:');
    const house = await startHouse({ secret: SECRET, database, migrate: true });
    const tab = await tabOf(house.faye, 'ann');
    await vi.waitFor(
      async () => expect(await select(database, 'SELECT * FROM faye_user_login_logs')).toHaveLength(1),
      5000,
    );
    const tables = await select(database, "SELECT name FROM sqlite_master WHERE type = 'table'");
    for (const { name } of tables) {
      expect(JSON.stringify(await select(database, `SELECT * FROM "${name}"`))).not.toContain(tab.clientId);
    }
    await house.close();
    await database.close();
  });
});

describe('a server that is killed', () => {
  it('lists nobody when it is back, and counts up to its last checkpoint, never beyond', async () => {
    const folder = await scratch();
    const env = { DATABASE_URL: `sqlite:${folder}/online.sqlite`, FAYE_ONLINE_SECRET: SECRET };
    const killed = await startProcess(env);
    const came = Date.now();
    await tabOf(killed.faye, 'ann');
    await tabOf(killed.faye, 470700);
    const reader = await openDatabase(env.DATABASE_URL);
    await vi.waitFor(async () => expect(await select(reader, 'SELECT * FROM faye_stays')).toHaveLength(4), 5000);
    await reader.close();
    const died = Date.now();
    await killed.end('SIGKILL');

    const back = await startProcess(env);
    expect(await (await fetch(`${back.url}/online/api/rooms`)).json()).toMatchObject({ data: { rooms: [] } });
    const database = await openDatabase(env.DATABASE_URL);
    for (const stay of await select(database, 'SELECT * FROM faye_stays')) {
      expect(stay).toMatchObject({ ended_by: 'crash' });
      expect(new Date(String(stay.ended_at)).getTime()).toBeGreaterThanOrEqual(came);
      expect(new Date(String(stay.ended_at)).getTime()).toBeLessThanOrEqual(died);
    }
    expect(await select(database, 'SELECT user_info_list FROM faye_channel_online_lists')).toEqual([
      { user_info_list: '[]' },
    ]);
    expect(await select(database, 'SELECT * FROM faye_user_login_logs WHERE status = 0')).toHaveLength(2);
    await database.close();
    expect(await back.end('SIGTERM')).toBe(0);
  });

  it('adds to the times of the gem', async () => {
    const database = await openDatabase('sqlite::memory:');
    await makeGemDatabase(database);
    const house = await startHouse({ secret: SECRET, database, migrate: true, timeZone: 'Asia/Shanghai' });
    const times = async () => (await house.online.time({ uid: '470700', channel: LESSON }))[0]?.ms ?? 0;
    expect(await times()).toBe(45_000);
    const token = await house.online.token({ uid: '470700', uname: 'Ann', time: LESSON });
    const ann = await (await Tab.open(house.faye, { token })).come();
    await vi.waitFor(async () => expect(await times()).toBeGreaterThan(45_000));
    await ann.disconnect();
    await vi.waitFor(async () => {
      const [row] = await select(database, "SELECT online_times FROM faye_user_online_times WHERE user_id = '470700'");
      const json = JSON.parse((row as { online_times: string }).online_times) as Record<string, unknown>;
      expect(Object.keys(json)).toEqual([`${LESSON}_spended`]);
      expect(json[`${LESSON}_spended`]).toBe(Math.floor((await times()) / 1000));
    }, 5_000);
    await house.close();
    await database.close();
  });

  it('says what is wrong when it cannot start', async () => {
    const wrong = (env: Record<string, string>) => startProcess({ FAYE_ONLINE_SECRET: SECRET, ...env });
    await expect(wrong({ DATABASE_URL: 'sqlite:/dev/null/no.sqlite' })).rejects.toThrow(
      /database: it cannot be opened/,
    );
    await expect(wrong({ FAYE_ONLINE_SECRET: 'short' })).rejects.toThrow(
      /FAYE_ONLINE_SECRET must be at least 32 bytes/,
    );
    await expect(wrong({ PORT: 'many' })).rejects.toThrow(/PORT must be a port number/);
    await expect(startProcess({ NODE_ENV: 'production' })).rejects.toThrow(
      /FAYE_ONLINE_SECRET must be set in production/,
    );
  });
});
