// The migrations: run and undone in process and by sequelize-cli, on a new database and on one of the gem's.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { inspect, promisify } from 'node:util';
import { QueryTypes, type Sequelize } from 'sequelize';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { migrate, pendingMigrations, undoMigrations } from '../db/migrations.js';
import { defineModels } from '../db/models/index.js';
import { openDatabase } from '../db/open.js';
import { ROOT } from '../lib/root.js';
import { sqliteFile } from './ledger/databases.js';
import { loadGemDump, makeGemDatabase } from './ledger/gem_database.js';
import { mariadb } from './support/mariadb.js';

const NAMES = [
  '20130326113504_faye_create_user_list.cjs',
  '20130531033325_add_faye_user_login_logs.cjs',
  '20261124000000_add_faye_stays.cjs',
  '20261124120000_adopt_gem_times.cjs',
  '20261124180000_add_faye_revocations.cjs',
];
const GEM = ['faye_channel_online_lists', 'faye_channels', 'faye_user_login_logs', 'faye_user_online_times'];
const OURS = ['journal_positions', 'online_adoptions', 'online_tables', 'revocations', 'stays', 'users'].map(
  (name) => `faye_${name}`,
);
const DIALECTS = { SQLite: sqliteFile, MariaDB: mariadb };
type Database = Awaited<ReturnType<typeof sqliteFile | typeof mariadb>>;

let database: Database;
let sequelize: Sequelize;

/** A new database for each of the tests around. */
function use(make: () => Promise<Database>): void {
  beforeEach(async () => {
    database = await make();
    sequelize = await database.open();
  });
  afterEach(async () => {
    await sequelize.close();
    await database.remove();
  });
}

/** Runs `npx sequelize <command>` as a user would. */
const cli = (...command: string[]) =>
  promisify(execFile)(join(ROOT, 'node_modules', '.bin', 'sequelize'), command, {
    cwd: ROOT,
    env: { ...process.env, DATABASE_URL: database.url, FAYE_ONLINE_TIME_ZONE: 'Asia/Shanghai' },
  });

const rows = (sql: string) => sequelize.query<Record<string, unknown>>(sql, { type: QueryTypes.SELECT });

async function tables(): Promise<string[]> {
  const names = await sequelize.getQueryInterface().showAllTables();
  return names.filter((name) => name !== 'faye_online_migrations').sort();
}

async function indexes(): Promise<string[]> {
  const lists = await Promise.all((await tables()).map((table) => sequelize.getQueryInterface().showIndex(table)));
  const names = (lists.flat() as { name: string }[]).map(({ name }) => name);
  return names.filter((name) => name !== 'PRIMARY' && !name.startsWith('sqlite_')).sort();
}

const typeOf = async (table: string, column: string) =>
  (await sequelize.getQueryInterface().describeTable(table))[column]?.type;

describe.each(Object.entries(DIALECTS))('a new database: %s', (_dialect, make) => {
  use(make);

  it('gets all tables and indexes, once', async () => {
    expect(await pendingMigrations(sequelize)).toEqual(NAMES);
    expect(await migrate(sequelize)).toEqual(NAMES);
    expect(await migrate(sequelize)).toEqual([]);
    expect(await pendingMigrations(sequelize)).toEqual([]);
    expect(await tables()).toEqual([...GEM, ...OURS].sort());
    expect(await indexes()).toEqual([
      'faye_revocations_not_before',
      'faye_stays_channel',
      'faye_stays_once',
      'faye_stays_open',
      'idx_all',
      'index_faye_channel_online_lists_on_channel_id',
      'index_faye_channels_on_name',
      'index_faye_user_online_times_on_user_id',
    ]);
  });

  it('has the columns that the models speak of', async () => {
    await migrate(sequelize);
    for (const model of Object.values(defineModels(sequelize))) {
      const columns = await sequelize.getQueryInterface().describeTable(model.getTableName().toString());
      expect(Object.keys(columns).sort()).toEqual(Object.keys(model.getAttributes()).sort());
    }
  });

  it('is empty again when all is undone, also with uids that only our columns can hold', async () => {
    await migrate(sequelize);
    await sequelize.query("INSERT INTO faye_user_login_logs (uid) VALUES ('ann'), ('007')");
    expect(await undoMigrations(sequelize)).toEqual([...NAMES].reverse());
    expect(await tables()).toEqual([]);
    expect(await migrate(sequelize)).toEqual(NAMES);
  });

  it('is migrated once by processes that start at the same moment', async () => {
    const others = await Promise.all([database.open(), database.open()]);
    const ran = await Promise.all([sequelize, ...others].map((one) => migrate(one)));
    await Promise.all(others.map((one) => one.close()));
    expect(ran.flat()).toEqual(NAMES);
    expect(await pendingMigrations(sequelize)).toEqual([]);
  });

  it('can be migrated again when a run was cut off', async () => {
    await migrate(sequelize);
    await sequelize.query('DROP TABLE faye_online_migrations');
    expect(await migrate(sequelize)).toEqual(NAMES);
    await undoMigrations(sequelize);
    expect(await tables()).toEqual([]);
  });

  it('gives back uids as they were', async () => {
    await migrate(sequelize);
    await sequelize.query("INSERT INTO faye_user_login_logs (uid) VALUES ('007'), ('1e3'), ('470700')");
    expect(await rows('SELECT uid FROM faye_user_login_logs ORDER BY uid')).toEqual([
      { uid: '007' },
      { uid: '1e3' },
      { uid: '470700' },
    ]);
  });
});

describe.each(Object.entries(DIALECTS))('npx sequelize: %s', (_dialect, make) => {
  use(make);

  it('runs and undoes them, and keeps its books apart from those of the host', async () => {
    await cli('db:migrate');
    expect(await pendingMigrations(sequelize)).toEqual([]);
    expect(await rows('SELECT name FROM faye_online_migrations ORDER BY name')).toEqual(
      NAMES.map((name) => ({ name })),
    );
    expect(await tables()).not.toContain('SequelizeMeta');
    await cli('db:migrate:undo:all');
    expect(await tables()).toEqual([]);
    expect(await pendingMigrations(sequelize)).toEqual(NAMES);
  });

  it('goes on after the server, and the server after it', async () => {
    await migrate(sequelize);
    await cli('db:migrate:undo');
    expect(await pendingMigrations(sequelize)).toEqual(NAMES.slice(4));
    expect(await migrate(sequelize)).toEqual(NAMES.slice(4));
    const { stdout } = await cli('db:migrate:status');
    expect(stdout.match(/^up .*$/gm)).toEqual(NAMES.map((name) => `up ${name}`));
  });
});

describe("npx sequelize on a dump of the gem's", () => {
  use(mariadb);

  it('prints what it adopted, in the time zone that it is told', async () => {
    await loadGemDump(sequelize);
    const { stdout } = await cli('db:migrate');
    expect(stdout).toContain(
      'user 557558 on /courses/5/lessons/1: started 2026-11-24T02:10:55Z, closed 2026-11-24T02:11:39Z, 44 s added.',
    );
    expect(stdout).toContain('5 timers closed, 44 s added');
    expect(await pendingMigrations(sequelize)).toEqual([]);
  });
});

describe('a migration that fails', () => {
  use(mariadb);

  const everythingIn = (error: unknown) => inspect(error, { depth: 20, showHidden: true });
  const rejection = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.unreachable(),
      (error: unknown) => error,
    );

  it('says which and why, and nowhere the password of the database', async () => {
    const [user, password] = ['migrator', 'pa55word-of-the-database'];
    await sequelize.query(`CREATE USER ${user} IDENTIFIED BY '${password}'`);
    onTestFinished(async () => {
      const root = await mariadb();
      const opened = await root.open();
      await opened.query(`DROP USER ${user}`);
      await opened.close();
      await root.remove();
    });
    await sequelize.query(`GRANT ALL ON *.* TO ${user}`);
    const opened = await openDatabase(database.url.replace('root@', `${user}:${password}@`));
    await sequelize.query('CREATE TABLE faye_channels (id INTEGER PRIMARY KEY, title TEXT)');
    const error = await rejection(migrate(opened));
    expect(error).toMatchObject({
      message: expect.stringMatching(/^faye-online: the migration 20130326113504\S+ failed\. The table faye_channels/),
      cause: { message: expect.stringContaining('Rename it') },
    });
    expect(everythingIn(error)).not.toContain(password);
    await opened.close();
  });
});

describe("a database of the gem's on SQLite", () => {
  use(sqliteFile);

  const contents = async () => ({
    channels: await rows('SELECT * FROM faye_channels'),
    lists: await rows('SELECT * FROM faye_channel_online_lists'),
    times: await rows(
      'SELECT id, CAST(user_id AS TEXT) AS uid, online_times, lock_version FROM faye_user_online_times',
    ),
    logs: await rows('SELECT status, CAST(uid AS TEXT) AS uid, t, channel_id, clientId FROM faye_user_login_logs'),
  });

  it('is adopted with all its rows and indexes', async () => {
    await makeGemDatabase(sequelize);
    const before = await contents();
    const there = await indexes();
    await migrate(sequelize);
    const { channels, lists, times, logs } = await contents();
    expect(channels).toEqual(before.channels);
    expect(lists.map(({ id }) => id)).toEqual(before.lists.map(({ id }) => id));
    expect(times.map(({ uid, online_times }) => [uid, online_times])).toEqual([
      ['470700', '{"/courses/5/lessons/1_spended":45}'],
      ['2147483647', '{}'],
    ]);
    expect(logs.slice(0, before.logs.length)).toEqual(before.logs);
    expect(await indexes()).toEqual(expect.arrayContaining(there));
    expect(await typeOf('faye_user_online_times', 'user_id')).toBe('VARCHAR(64)');
    expect(await rows('SELECT user_id FROM faye_user_online_times ORDER BY id')).toEqual([
      { user_id: '470700' },
      { user_id: '2147483647' },
    ]);
    await sequelize.query("INSERT INTO faye_user_login_logs (uid) VALUES ('007')");
    expect(await rows("SELECT uid FROM faye_user_login_logs WHERE uid = '007'")).toEqual([{ uid: '007' }]);
  });

  it('keeps its tables, as they were, when all is undone', async () => {
    await makeGemDatabase(sequelize);
    const [there, indexed] = [await tables(), await indexes()];
    await migrate(sequelize);
    const before = await contents();
    await undoMigrations(sequelize);
    expect(await contents()).toEqual(before);
    expect(await tables()).toEqual([...there, 'faye_online_adoptions'].sort());
    expect(await indexes()).toEqual(indexed);
    expect(await typeOf('faye_user_online_times', 'user_id')).toBe('INTEGER');
    expect(await migrate(sequelize)).toEqual(NAMES);
  });

  it('keeps wide what would not fit any more', async () => {
    await makeGemDatabase(sequelize);
    await migrate(sequelize);
    await sequelize.query("INSERT INTO faye_user_login_logs (uid) VALUES ('007')");
    await undoMigrations(sequelize);
    expect(await typeOf('faye_user_login_logs', 'uid')).toBe('VARCHAR(64)');
    expect(await typeOf('faye_user_online_times', 'user_id')).toBe('INTEGER');
    expect(await rows("SELECT uid FROM faye_user_login_logs WHERE uid = '007'")).toHaveLength(1);
  });

  it("keeps what the host added to the gem's tables", async () => {
    await makeGemDatabase(sequelize);
    await sequelize.query("ALTER TABLE faye_user_login_logs ADD COLUMN note varchar(10) DEFAULT 'x'");
    await sequelize.query('CREATE INDEX "host_uid" ON "faye_user_login_logs" ("uid")');
    await sequelize.query(
      'CREATE TRIGGER host_trigger AFTER INSERT ON faye_user_login_logs BEGIN DELETE FROM schema_migrations; END',
    );
    await migrate(sequelize);
    expect(await indexes()).toContain('host_uid');
    expect(await rows("SELECT name FROM sqlite_master WHERE type = 'trigger'")).toEqual([{ name: 'host_trigger' }]);
    expect(await rows('SELECT DISTINCT note FROM faye_user_login_logs')).toEqual([{ note: 'x' }]);
  });

  it('is not taken for one when a table of that name is something else', async () => {
    await sequelize.query('CREATE TABLE faye_channels (id INTEGER PRIMARY KEY, title TEXT)');
    await expect(migrate(sequelize)).rejects.toThrow(
      /faye_channels is there already, but without name, created_at, updated_at/,
    );
    expect(await tables()).toEqual(['faye_channels']);
  });
});
