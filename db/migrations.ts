// Runs the migrations in process: the same files, recorded under the same names, as npx sequelize db:migrate.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type QueryInterface, Sequelize } from 'sequelize';
import { MigrationError, SequelizeStorage, Umzug } from 'umzug';
import { ROOT } from '../lib/root.js';
import { alone } from './alone.js';
import { plain } from './plain_error.js';

export interface MigrateOptions {
  /** The IANA zone in which the gem ran whose database is adopted; default FAYE_ONLINE_TIME_ZONE, or the process's own. */
  readonly timeZone?: string | undefined;
  /** Told, line by line, what was adopted; default nobody, as it stands in faye_online_adoptions too. */
  readonly tell?: (line: string) => void;
}

interface Migration {
  up(queryInterface: QueryInterface, library: typeof Sequelize, options: MigrateOptions): Promise<void>;
  down(queryInterface: QueryInterface, library: typeof Sequelize): Promise<void>;
}

const require = createRequire(import.meta.url);

/** The migrations are not compiled: they are found from the sources and from dist alike. */
const FOLDER = join(ROOT, 'db', 'migrate');

function migrations(sequelize: Sequelize, options: MigrateOptions = {}): Umzug<QueryInterface> {
  return new Umzug({
    migrations: {
      glob: ['*.cjs', { cwd: FOLDER }],
      resolve({ name, path = '', context }) {
        const migration: Migration = require(path);
        return {
          name,
          up: () => migration.up(context, Sequelize, { tell: () => undefined, ...options }),
          down: () => migration.down(context, Sequelize),
        };
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

/** Of a migration that fails, the error without the database's settings, which Umzug leaves in it. */
async function run(migrating: () => Promise<readonly { name: string }[]>): Promise<string[]> {
  try {
    return names(await migrating());
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    const { name } = error.migration;
    const cause = plain(error.cause);
    throw new Error(`faye-online: the migration ${name} failed. ${cause.message}`, { cause });
  }
}

/**
 * Brings the database up to date, or does nothing. Of several processes that ask for it at once one does it, and the others
 * wait.
 * @returns the names of the migrations that it ran.
 * @throws an Error that names the migration that failed, and says why.
 */
export async function migrate(sequelize: Sequelize, options: MigrateOptions = {}): Promise<string[]> {
  if ((await pendingMigrations(sequelize)).length === 0) return [];
  return alone(sequelize, async () => run(() => migrations(sequelize, options).up()));
}

/** Undoes every migration, the last one first. @returns the names of the migrations that it undid. */
export async function undoMigrations(sequelize: Sequelize): Promise<string[]> {
  return alone(sequelize, async () => run(() => migrations(sequelize).down({ to: 0 })));
}

/** The names of the migrations that the database still lacks, so that start-up can say what to run. */
export async function pendingMigrations(sequelize: Sequelize): Promise<string[]> {
  return names(await migrations(sequelize).pending());
}
