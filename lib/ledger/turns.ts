// Turns at writing: one transaction at a time, in this process and among all that write to the database.
import { type Sequelize, Transaction } from 'sequelize';
import type { Models } from '../../db/models/index.js';
import { TURN } from '../../db/models/journal_position.js';
import { patiently } from './patience.js';
import { Queue } from './queue.js';

/**
 * Projections are read, changed and written back, which is safe because a writer has the database's accounts to itself.
 * In SQLite an immediate transaction sees to that. In MySQL it is the lock on one row, taken before anything is read,
 * so that the transaction also sees all that earlier ones wrote. The queue is for `sqlite::memory:`, whose one connection
 * cannot hold two transactions.
 */
export class Turns {
  readonly #queue = new Queue();
  readonly #sequelize: Sequelize;
  readonly #models: Models;

  constructor(sequelize: Sequelize, models: Models) {
    this.#sequelize = sequelize;
    this.#models = models;
  }

  /**
   * Runs `work` in a transaction of its own, and rolls it back when `work` fails. It is run again after a failure that
   * passes. The connection may have been lost after the commit was sent: `work` must find out what is written already.
   */
  take<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.#queue.take(() => patiently(() => this.#once(work)));
  }

  #once<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.#sequelize.transaction({ type: Transaction.TYPES.IMMEDIATE }, async (transaction) => {
      const lock = transaction.LOCK.UPDATE;
      await this.#models.JournalPosition.findOne({ where: { journal: TURN }, lock, transaction });
      return work(transaction);
    });
  }
}
