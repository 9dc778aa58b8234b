// The database for sequelize-cli: DATABASE_URL, or faye-online.sqlite in the current folder.
// @ts-check

/** An ES module whose types do not tell of its default export. @type {unknown} */
const sqlite3 = require('@appthreat/sqlite3');

/** @param {string} url */
function connection(url) {
  if (url.startsWith('sqlite:')) {
    return {
      dialect: 'sqlite',
      storage: url.replace(/^sqlite:(\/\/)?/, ''),
      dialectModule: /** @type {{ default: object }} */ (sqlite3).default,
    };
  }
  return { url, dialect: 'mysql', timezone: '+00:00', dialectOptions: { charset: 'utf8mb4' } };
}

const database = {
  ...connection(process.env.DATABASE_URL || 'sqlite:faye-online.sqlite'),
  // The host may keep its own migrations in SequelizeMeta of the same database.
  migrationStorage: 'sequelize',
  migrationStorageTableName: 'faye_online_migrations',
};

module.exports = { development: database, test: database, production: database };
