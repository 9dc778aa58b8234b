// SQLite for Sequelize. Its settings belong to a connection, and Sequelize opens a new one for every transaction,
// so they are set where connections are opened.
import * as driver from '@appthreat/sqlite3';
import type { Sequelize } from 'sequelize';

/** Its types leave out the default export, which is all that it has besides three classes. */
const sqlite3 = (driver as unknown as { default: driver.sqlite3 }).default;

/** How long a writer waits for another process that writes, in milliseconds. */
const BUSY_TIMEOUT = 5_000;

type Opened = (error: Error | null) => void;

/** Called with `new` by Sequelize. */
function Database(file: string, mode: number, opened: Opened) {
  const connection = new sqlite3.Database(file, mode, (error) => {
    // Safe in WAL mode: after a power cut the last transactions may be missing, but nothing is half there.
    if (error) opened(error);
    else connection.exec('PRAGMA synchronous = NORMAL', opened);
  });
  connection.configure('busyTimeout', BUSY_TIMEOUT);
  return connection;
}

/** What Sequelize takes as `dialectModule`. */
export const sqlite = { ...sqlite3, Database };

/**
 * A transaction that could not begin, because another process writes, is to give its connection up. Sequelize would look
 * for it in a pool, which it has for other databases only, and leave the file open.
 */
export function closeForSure(sequelize: Sequelize): Sequelize {
  const { connectionManager } = sequelize;
  connectionManager.destroyConnection = async (connection) => connectionManager.releaseConnection(connection);
  return sequelize;
}
