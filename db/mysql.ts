// MySQL and MariaDB for Sequelize: a connection that died must neither hold its locks for hours nor be waited for.
import type { Sequelize } from 'sequelize';

/**
 * In seconds. A process that hangs, or that the network cut off, holds the lock of all writers until the server ends its
 * connection, by default after eight hours. Connections that are not used are closed by the pool long before.
 */
const SETTINGS = 'SET SESSION wait_timeout = 60, innodb_lock_wait_timeout = 20';

interface Connection {
  query(sql: string, done: (error: Error | null) => void): void;
  readonly stream: {
    setTimeout(ms: number, late?: () => void): void;
    destroy(error: Error): void;
    listenerCount(event: 'timeout'): number;
  };
}

/** Sets up every connection that will be opened. */
export function setUp(sequelize: Sequelize): void {
  sequelize.addHook('afterConnect', (opened) => {
    const connection = opened as Connection;
    return new Promise<void>((resolve, reject) => {
      connection.query(SETTINGS, (error) => (error ? reject(error) : resolve()));
    });
  });
}

/**
 * From now on a question that has no answer after `patience` milliseconds fails, with its connection. Not for migrations:
 * to alter a large table may take long.
 */
export function limitSilence(sequelize: Sequelize, patience: number): void {
  if (sequelize.getDialect() !== 'mysql') return;
  sequelize.addHook('beforeQuery', (_options, query) => {
    const { stream } = (query as unknown as { readonly connection: Connection }).connection;
    if (stream.listenerCount('timeout') > 0) return;
    const late = () => stream.destroy(new Error(`The database has not answered for ${patience / 1_000} s.`));
    stream.setTimeout(patience, late);
  });
}
