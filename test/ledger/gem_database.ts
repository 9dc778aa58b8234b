// Databases as the gem left them: one made by Rails 3.2 on SQLite in 2013, and the dump of one on MySQL.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sequelize } from 'sequelize';
import { ROOT } from '../../lib/root.js';

const STAMPS = '"created_at" datetime NOT NULL, "updated_at" datetime NOT NULL';
const ID = '"id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL';
const THEN = "'2013-06-26 10:10:54.000000', '2013-06-26 10:11:39.000000'";

const STATEMENTS = [
  `CREATE TABLE "faye_channels" (${ID}, "name" varchar(255), ${STAMPS})`,
  'CREATE UNIQUE INDEX "index_faye_channels_on_name" ON "faye_channels" ("name")',
  `CREATE TABLE "faye_channel_online_lists" (${ID}, "channel_id" integer DEFAULT 0, "user_info_list" text, "lock_version" integer DEFAULT 0, ${STAMPS})`,
  'CREATE INDEX "index_faye_channel_online_lists_on_channel_id" ON "faye_channel_online_lists" ("channel_id")',
  `CREATE TABLE "faye_user_online_times" (${ID}, "user_id" integer DEFAULT 0, "online_times" text, "lock_version" integer DEFAULT 0, ${STAMPS})`,
  'CREATE UNIQUE INDEX "index_faye_user_online_times_on_user_id" ON "faye_user_online_times" ("user_id")',
  'CREATE TABLE "faye_user_login_logs" ("status" smallint, "uid" integer, "t" datetime, "channel_id" integer, "clientId" varchar(255))',
  'CREATE INDEX "idx_all" ON "faye_user_login_logs" ("t", "channel_id", "uid")',
  'CREATE TABLE "schema_migrations" ("version" varchar(255) NOT NULL)',
  `INSERT INTO "faye_channels" VALUES (1, '/classes/4', ${THEN}), (2, '/courses/5/lessons/1', ${THEN}), (999, NULL, ${THEN})`,
  `INSERT INTO "faye_channel_online_lists" VALUES (1, 1, '[1,1001]', 10, ${THEN}), (2, 0, NULL, 0, ${THEN}), (3, 0, NULL, 0, ${THEN})`,
  `INSERT INTO "faye_user_online_times" VALUES (1, 470700, '{"/courses/5/lessons/1_spended":45}', 4, ${THEN}), (7, 2147483647, '{"/courses/5/lessons/1_started_at":"20130626101055"}', 1, ${THEN})`,
  `INSERT INTO "faye_user_login_logs" VALUES (1, 470700, '2013-06-26 10:10:54.000000', 2, 'jikbcdgicqjsgabflloeqs99fmklt3y'), (1, 1, '2013-06-26 10:10:54.000000', 2, NULL)`,
];

export async function makeGemDatabase(sequelize: Sequelize): Promise<void> {
  for (const statement of STATEMENTS) await sequelize.query(statement);
}

/** Nine channels, nine lists, eight users' times and 28 lines of log: what the gem itself wrote, all in the time of Shanghai. */
export async function loadGemDump(sequelize: Sequelize): Promise<void> {
  const dump = await readFile(join(ROOT, 'test', 'fixtures', 'gem-mysql.sql'), 'utf8');
  const statements = dump.replaceAll(/^--.*$/gm, '').split(/;\s*$/m);
  // On one connection, as the dump sets variables.
  await sequelize.transaction(async (transaction) => {
    for (const statement of statements.filter((text) => text.trim() !== '')) {
      await sequelize.query(statement, { transaction });
    }
  });
}
