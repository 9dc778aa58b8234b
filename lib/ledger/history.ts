// The history of a server: its database opened and checked, the ledger that writes it, the report that reads it.
import type { Sequelize } from 'sequelize';
import { migrate, pendingMigrations } from '../../db/migrations.js';
import { limitSilence } from '../../db/mysql.js';
import { openDatabase } from '../../db/open.js';
import type { Channel, Kind, Millis, Uid } from '../domain.js';
import type { PresenceStore } from '../presence/store.js';
import type { Report } from '../report.js';
import { Ledger } from './ledger.js';
import { createReport } from './report.js';
import { Revoked } from './revoked.js';

export interface HistoryOptions {
  readonly database: string | Sequelize;
  /** Bring the database up to date, instead of asking for it. */
  readonly migrate: boolean;
  /** Told, line by line, what became of a database that the gem left. */
  readonly tell?: (line: string) => void;
  readonly timeZone?: string;
  readonly store: PresenceStore;
  /** Settles when the store can be asked; default at once. */
  readonly storeReady?: Promise<void>;
  /** Whether other processes have the same store and the same database; default false. One of them writes. */
  readonly shared?: boolean;
  /** Whether the store knows everybody who is here; default always. See the ledger's option. */
  readonly settled?: () => boolean;
  readonly beat: () => Promise<void>;
  readonly now: () => Millis;
  readonly onError: (error: unknown) => void;
}

/** How long a database of our own may be silent, in milliseconds, before it counts as away. */
const PATIENCE: Millis = 30_000;

/** Opens in the background: whoever asks before that waits. */
export class History {
  /** Settles when history is written; rejects when the database cannot be used, naming the option and the remedy. */
  readonly ready: Promise<void>;
  readonly report: Report;
  readonly #options: HistoryOptions;
  /** Whose tokens were revoked. */
  readonly revoked: Pick<Revoked, 'write' | 'read' | 'forget'>;
  readonly #opened: Promise<Opened>;
  #ledger: Ledger | null = null;

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.#opened = open(options);
    this.ready = this.#opened.then(({ ledger }) => {
      this.#ledger = ledger;
    });
    this.report = waiting(async () => (await this.#opened).report);
    this.revoked = {
      write: async (users) => (await this.#opened).revoked.write(users),
      read: async (since) => (await this.#opened).revoked.read(since),
      forget: async (before) => (await this.#opened).revoked.forget(before),
    };
  }

  /** Something was journaled. */
  nudge(): void {
    this.#ledger?.nudge();
  }

  /** Writes what is left, and closes the database if it was opened here. */
  async close(): Promise<void> {
    const opened = await this.#opened.catch(() => null);
    await this.#ledger?.close();
    if (opened && typeof this.#options.database === 'string') await opened.sequelize.close();
  }
}

interface Opened {
  readonly sequelize: Sequelize;
  readonly ledger: Ledger;
  readonly report: Report;
  readonly revoked: Revoked;
}

async function open(options: HistoryOptions): Promise<Opened> {
  const { database } = options;
  await options.storeReady;
  if (typeof database !== 'string') return begin(database, options);
  const sequelize = await openDatabase(database);
  try {
    return await begin(sequelize, options);
  } catch (error) {
    await sequelize.close();
    throw error;
  }
}

async function begin(sequelize: Sequelize, options: HistoryOptions): Promise<Opened> {
  const { store, beat, now, onError, timeZone, shared = false, settled = () => true } = options;
  if (options.migrate) await migrate(sequelize, { timeZone, ...(options.tell ? { tell: options.tell } : {}) });
  const pending = await pendingMigrations(sequelize);
  if (pending.length > 0) {
    throw new Error(
      `faye-online: option "database" lacks ${pending.length} migrations: run \`npx sequelize db:migrate\`, ` +
        'or give the option migrate: true',
    );
  }
  // Not before: a migration may take long over a large table. The host's connections are the host's.
  if (typeof options.database === 'string') limitSilence(sequelize, PATIENCE);
  const present = () => store.present();
  const backlog = store.backlog?.bind(store);
  const { journals } = store;
  const parts = { sequelize, journals, present, beat, settled, now, timeZone, shared, backlog, onError };
  const ledger = new Ledger(parts);
  await ledger.start();
  const report = createReport({
    sequelize,
    roster: (kind: Kind, channel: Channel) => store.roster(kind, channel),
    census: (kind: Kind) => store.census(kind),
    whereabouts: (uid: Uid) => store.whereabouts(uid),
    now,
  });
  return { sequelize, ledger, report, revoked: new Revoked(sequelize) };
}

/** A report that answers when it is there; each question that cannot be answered rejects by itself. */
const waiting = (report: () => Promise<Report>): Report => ({
  channels: async (...args) => (await report()).channels(...args),
  room: async (...args) => (await report()).room(...args),
  user: async (...args) => (await report()).user(...args),
  time: async (...args) => (await report()).time(...args),
  at: async (...args) => (await report()).at(...args),
  log: async (...args) => (await report()).log(...args),
  logPages: async function* (query) {
    yield* (await report()).logPages(query);
  },
  stays: async function* (query) {
    yield* (await report()).stays(query);
  },
});
