// Work that only one process at a time does with a database, and that others wait for.
import { rm } from 'node:fs/promises';
import { Sequelize, Transaction } from 'sequelize';
import { closeForSure, sqlite } from './sqlite.js';

/** In seconds; whoever waits longer fails. */
const PATIENCE = 600;

/** What the types of Sequelize keep to themselves. */
interface Opened {
  readonly options: { readonly storage?: string; readonly pool?: { readonly max?: number } };
}

export async function alone<T>(sequelize: Sequelize, work: () => Promise<T>): Promise<T> {
  const { storage, pool } = (sequelize as unknown as Opened).options;
  if (sequelize.getDialect() === 'mysql') {
    // The lock lives on a connection of its own. A host that allows only one at a time has to see to this itself.
    return pool?.max === 1 ? work() : aloneOnServer(sequelize, work);
  }
  const isFile = storage !== undefined && storage !== '' && storage !== ':memory:';
  return isFile ? aloneWithFile(storage, work) : work();
}

/** The server gives the lock free when the connection ends, however it ends. */
function aloneOnServer<T>(sequelize: Sequelize, work: () => Promise<T>): Promise<T> {
  return sequelize.transaction(async (transaction) => {
    const say = (sql: string) => sequelize.query(sql, { transaction });
    await say('SET @faye_online_wait = @@SESSION.wait_timeout, SESSION wait_timeout = 28800');
    const [[row]] = (await say(`SELECT GET_LOCK(${LOCK}, ${PATIENCE}) AS got`)) as [
      [{ got: number | null } | undefined],
      unknown,
    ];
    if (row?.got !== 1) throw new Error('faye-online: another process has been migrating the database for too long.');
    try {
      return await work();
    } finally {
      await say(`DO RELEASE_LOCK(${LOCK})`);
      await say('SET SESSION wait_timeout = @faye_online_wait');
    }
  });
}

/** Locks are the server's, not the database's. */
const LOCK = "CONCAT('faye_online ', MD5(DATABASE()))";

/**
 * An empty file beside the database, locked as SQLite locks: it is free again when the process ends. It is removed after
 * work that succeeded; who still waits for the removed one finds that nothing is left to be done.
 */
async function aloneWithFile<T>(storage: string, work: () => Promise<T>): Promise<T> {
  const file = `${storage}-migrating`;
  const options = { dialect: 'sqlite', storage: file, dialectModule: sqlite, logging: false } as const;
  const lock = closeForSure(new Sequelize({ ...options, retry: { match: [/SQLITE_BUSY/], max: PATIENCE / 5 } }));
  try {
    return await lock.transaction({ type: Transaction.TYPES.EXCLUSIVE }, async () => {
      const done = await work();
      await rm(file, { force: true });
      return done;
    });
  } finally {
    await lock.close();
  }
}
