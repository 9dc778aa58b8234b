// The migrations: run and undone in process and by sequelize-cli, on a new database and on one of the gem's.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { QueryTypes, type Sequelize } from 'sequelize';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate, pendingMigrations, undoMigrations } from '../db/migrations.js';
import { defineModels } from '../db/models/index.js';
import { ROOT } from '../lib/root.js';
import { sqliteFile } from './ledger/databases.js';
import { makeGemDatabase } from './ledger/gem_database.js';

const NAMES = [
  '20130326113504_faye_create_user_list.cjs',
  '20130531033325_add_faye_user_login_logs.cjs',
  '20261124000000_add_faye_stays.cjs',
];
const GEM = ['faye_channel_online_lists', 'faye_channels', 'faye_user_login_logs', 'faye_user_online_times'];
const OURS = ['faye_journal_positions', 'faye_online_tables', 'faye_stays', 'faye_users'];

let database: Awaited<ReturnType<typeof sqliteFile>>;
let sequelize: Sequelize;

beforeEach(async () => {
  database = await sqliteFile();
  sequelize = await database.open();
});
afterEach(async () => {
  await sequelize.close();
  await database.remove();
});

/** Runs `npx sequelize <command>` as a user would. */
const cli = (...command: string[]) =>
  promisify(execFile)(join(ROOT, 'node_modules', '.bin', 'sequelize'), command, {
    cwd: ROOT,
    env: { ...process.env, DATABASE_URL: database.url },
  });

const rows = (sql: string) => sequelize.query<Record<string, unknown>>(sql, { type: QueryTypes.SELECT });

async function named(type: 'table' | 'index'): Promise<unknown[]> {
  const made = await rows(
    `SELECT name FROM sqlite_master WHERE type = '${type}' AND name NOT LIKE 'sqlite_%' AND name <> 'faye_online_migrations' ORDER BY name`,
  );
  return made.map(({ name }) => name);
}

const typeOf = async (table: string, column: string) =>
  (await sequelize.getQueryInterface().describeTable(table))[column]?.type;

describe('a new database', () => {
  it('gets all tables and indexes, once', async () => {
    expect(await pendingMigrations(sequelize)).toEqual(NAMES);
    expect(await migrate(sequelize)).toEqual(NAMES);
    expect(await migrate(sequelize)).toEqual([]);
    expect(await pendingMigrations(sequelize)).toEqual([]);
    expect(await named('table')).toEqual([...GEM, ...OURS].sort());
    expect(await named('index')).toEqual([
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
    expect(await named('table')).toEqual([]);
    expect(await migrate(sequelize)).toEqual(NAMES);
  });

  it('can be migrated again when a run was cut off', async () => {
    await migrate(sequelize);
    await sequelize.query('DROP TABLE faye_online_migrations');
    expect(await migrate(sequelize)).toEqual(NAMES);
    await undoMigrations(sequelize);
    expect(await named('table')).toEqual([]);
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

describe('npx sequelize', () => {
  it('runs and undoes them, and keeps its books apart from those of the host', async () => {
    await cli('db:migrate');
    expect(await pendingMigrations(sequelize)).toEqual([]);
    expect(await rows('SELECT name FROM faye_online_migrations ORDER BY name')).toEqual(
      NAMES.map((name) => ({ name })),
    );
    expect(await named('table')).not.toContain('SequelizeMeta');
    await cli('db:migrate:undo:all');
    expect(await named('table')).toEqual([]);
    expect(await pendingMigrations(sequelize)).toEqual(NAMES);
  });

  it('goes on after the server, and the server after it', async () => {
    await migrate(sequelize);
    await cli('db:migrate:undo');
    expect(await pendingMigrations(sequelize)).toEqual(NAMES.slice(2));
    expect(await migrate(sequelize)).toEqual(NAMES.slice(2));
    const { stdout } = await cli('db:migrate:status');
    expect(stdout.match(/^up .*$/gm)).toEqual(NAMES.map((name) => `up ${name}`));
  });
});

describe("a database of the gem's", () => {
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
    const indexes = await named('index');
    await migrate(sequelize);
    expect(await contents()).toEqual(before);
    expect(await named('index')).toEqual(expect.arrayContaining(indexes));
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
    const before = { ...(await contents()), tables: await named('table'), indexes: await named('index') };
    await migrate(sequelize);
    await undoMigrations(sequelize);
    expect({ ...(await contents()), tables: await named('table'), indexes: await named('index') }).toEqual(before);
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
    expect(await named('index')).toContain('host_uid');
    expect(await rows("SELECT name FROM sqlite_master WHERE type = 'trigger'")).toEqual([{ name: 'host_trigger' }]);
    expect(await rows('SELECT DISTINCT note FROM faye_user_login_logs')).toEqual([{ note: 'x' }]);
  });

  it('is not taken for one when a table of that name is something else', async () => {
    await sequelize.query('CREATE TABLE faye_channels (id INTEGER PRIMARY KEY, title TEXT)');
    await expect(migrate(sequelize)).rejects.toThrow(
      /faye_channels is there already, but without name, created_at, updated_at/,
    );
    expect(await named('table')).toEqual(['faye_channels']);
  });
});
