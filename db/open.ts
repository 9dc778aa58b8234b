// Opens the database that the option `database` or DATABASE_URL names.
import { type Options, Sequelize } from 'sequelize';
import { setUp } from './mysql.js';
import { plain } from './plain_error.js';
import { closeForSure, sqlite } from './sqlite.js';

const SQLITE = /^sqlite:(?:\/\/)?(?=.)/;
const MYSQL = /^mysql:\/\/[^/]+\/[^/?]+/;

/**
 * We have none, and Sequelize asks for them in a way that ends the process when the file is damaged. Its types do not
 * know the option.
 */
const WITHOUT_FOREIGN_KEYS = { foreignKeys: false };

function connect(url: string): Sequelize {
  // One try: SQLite waits for its lock itself, and what fails is tried again by who asked.
  const common: Options = { logging: false, retry: { max: 1 } };
  if (SQLITE.test(url)) {
    const storage = url.replace(SQLITE, '');
    const options: Options = { ...common, ...WITHOUT_FOREIGN_KEYS, dialect: 'sqlite', storage, dialectModule: sqlite };
    return closeForSure(new Sequelize(options));
  }
  if (MYSQL.test(url)) {
    const dialectOptions = { charset: 'utf8mb4' };
    const sequelize = new Sequelize(url, { ...common, dialect: 'mysql', timezone: '+00:00', dialectOptions });
    setUp(sequelize);
    return sequelize;
  }
  throw new TypeError(
    'database: this is not the URL of a database that faye-online knows. ' +
      'Use sqlite:<file>, or mysql://<user>:<password>@<host>/<name> for MySQL and MariaDB.',
  );
}

/**
 * Opens `sqlite:<file>` (`sqlite::memory:` too) or `mysql://user:password@host/name`, and asks it something.
 * The caller closes what it gets.
 * @throws an Error that names the option `database` and the remedy, and never the URL, which may hold a password.
 */
export async function openDatabase(url: string): Promise<Sequelize> {
  const sequelize = connect(url);
  try {
    if (sequelize.getDialect() === 'sqlite') await sequelize.query('PRAGMA journal_mode = WAL');
    await sequelize.authenticate();
  } catch (error) {
    // Not waited for: SQLite never answers for a file that it could not open. What is wrong is known already.
    sequelize.close().catch(() => undefined);
    const remedy =
      sequelize.getDialect() === 'sqlite'
        ? 'Check that the file is an SQLite database and that its folder may be written to.'
        : 'Check that the server runs, that the database exists, and the user and password of the URL.';
    throw new Error(`database: it cannot be opened. ${remedy}`, { cause: plain(error) });
  }
  return sequelize;
}
