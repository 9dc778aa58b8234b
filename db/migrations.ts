// Runs the migrations in process: the same files, recorded under the same names, as npx sequelize db:migrate.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type QueryInterface, Sequelize } from 'sequelize';
import { SequelizeStorage, Umzug } from 'umzug';
import { ROOT } from '../lib/root.js';

interface Migration {
  up(queryInterface: QueryInterface, library: typeof Sequelize): Promise<void>;
  down(queryInterface: QueryInterface, library: typeof Sequelize): Promise<void>;
}

const require = createRequire(import.meta.url);

/** The migrations are not compiled: they are found from the sources and from dist alike. */
const FOLDER = join(ROOT, 'db', 'migrate');

function migrations(sequelize: Sequelize): Umzug<QueryInterface> {
  return new Umzug({
    migrations: {
      glob: ['*.cjs', { cwd: FOLDER }],
      resolve({ name, path = '', context }) {
        const migration: Migration = require(path);
        return { name, up: () => migration.up(context, Sequelize), down: () => migration.down(context, Sequelize) };
      },
    },
    context: sequelize.getQueryInterface(),
    storage: new SequelizeStorage({
      sequelize,
      modelName: 'FayeOnlineMigration',
      tableName: 'faye_online_migrations',
    }),
    logger: undefined,
  });
}

const names = (list: readonly { name: string }[]): string[] => list.map(({ name }) => name);

/** Brings the database up to date, or does nothing. @returns the names of the migrations that it ran. */
export async function migrate(sequelize: Sequelize): Promise<string[]> {
  return names(await migrations(sequelize).up());
}

/** Undoes every migration, the last one first. @returns the names of the migrations that it undid. */
export async function undoMigrations(sequelize: Sequelize): Promise<string[]> {
  return names(await migrations(sequelize).down({ to: 0 }));
}

/** Whether the tables were there before our migrations, so that their rows are the gem's. */
export async function isAdopted(sequelize: Sequelize): Promise<boolean> {
  const ours = await sequelize.getQueryInterface().select(null, 'faye_online_tables', {});
  return !(ours as { name: string }[]).some(({ name }) => name === 'faye_user_online_times');
}

/** The names of the migrations that the database still lacks, so that start-up can say what to run. */
export async function pendingMigrations(sequelize: Sequelize): Promise<string[]> {
  return names(await migrations(sequelize).pending());
}
