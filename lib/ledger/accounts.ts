// The accounts: what is written into the database, and in which order. When it is written is the ledger's to say.
import type { Sequelize } from 'sequelize';
import { defineModels, type Models } from '../../db/models/index.js';
import type { Journal, Millis, Presence } from '../domain.js';
import { inBatches } from './batches.js';
import { ChannelIds } from './channel_ids.js';
import { compare, writeSeen } from './checkpoint.js';
import { forgetOthers, move, positionOf, tellPositions } from './positions.js';
import { project } from './projections.js';
import type { Projector } from './projector.js';
import { Queue } from './queue.js';
import { rebuild } from './rebuild.js';
import { record } from './record.js';
import { rowsOf } from './rows.js';
import { settle } from './settle.js';
import { stampIn } from './stamp.js';
import { Turns } from './turns.js';

export interface AccountsOptions {
  /** Migrated, and closed by who opened it. */
  readonly sequelize: Sequelize;
  readonly journals: readonly Journal[];
  /** Everybody who is present now, in all processes. */
  readonly present: () => Promise<Presence[]>;
  /** Tells the store of the last proofs of life that this process has, so that `present` knows them. */
  readonly beat: () => Promise<void>;
  /**
   * Whether `present` knows everybody, so that a stay whose user is not there is over; default always. False while a store
   * that was away or emptied is still being told who is there.
   */
  readonly settled?: () => boolean;
  readonly now: () => Millis;
  /** How many changes or stays one transaction holds at most; default 500. */
  readonly batch?: number;
  /** The IANA zone of the local times in `online_times`; default the process's own. */
  readonly timeZone?: string | undefined;
}

export class Accounts {
  readonly models: Models;
  readonly #options: AccountsOptions;
  readonly #turns: Turns;
  readonly #projector: Projector;
  readonly #batch: number;
  readonly #flushes = new Queue();

  constructor(options: AccountsOptions) {
    const { sequelize, batch = 500, timeZone } = options;
    this.#options = options;
    this.#batch = batch;
    this.models = defineModels(sequelize);
    this.#turns = new Turns(sequelize, this.models);
    const channels = new ChannelIds(this.models, this.#turns);
    this.#projector = { models: this.models, channels, stamp: stampIn(timeZone) };
  }

  /** Forgets how far journals were written that died with their processes. */
  forgetOthers(): Promise<void> {
    return forgetOthers(
      this.models,
      this.#options.journals.map(({ name }) => name),
    );
  }

  /** Tells the journals how far they are written down, which whoever writes finds out by itself. */
  tellPositions(): Promise<void> {
    return tellPositions(this.models, this.#options.journals);
  }

  /** Writes everything that is in the journals now. Rejects when that is not possible; the journals keep it then. */
  flush(): Promise<void> {
    return this.#flushes.take(async () => {
      const results = await Promise.allSettled(this.#options.journals.map((journal) => this.#drain(journal)));
      const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
      if (errors.length > 1) throw new AggregateError(errors, 'Several journals could not be written down.');
      if (errors.length === 1) throw errors[0];
    });
  }

  /** Writes down when everybody present was last seen, and settles the stays that nobody is in any more. */
  async checkpoint(): Promise<void> {
    const { beat, present, now, settled = () => true } = this.#options;
    await this.flush();
    await beat();
    // Asked on both sides: a store that was lost in between did not know everybody either.
    const before = settled();
    const { running, lost } = await compare(this.#projector, present);
    const complete = before && settled();
    // Whoever left before `present` was asked is in a journal: those ends go first.
    await this.flush();
    await inBatches(running, this.#batch, (stays) =>
      this.#turns.take((transaction) => writeSeen(this.models, stays, now(), transaction)),
    );
    await inBatches(complete ? lost : [], this.#batch, (stays) =>
      this.#turns.take(async (transaction) => {
        const ended = await settle(this.models, stays, transaction);
        await project(this.#projector, ended, transaction);
      }),
    );
  }

  /** Makes every list and every time of the gem's tables anew from the stays. */
  rebuild(): Promise<void> {
    return rebuild(this.#projector, this.#turns, this.#batch);
  }

  async #drain(journal: Journal): Promise<void> {
    for (;;) {
      const after = await positionOf(this.models, journal.name);
      const entries = await journal.read(after, this.#batch);
      const last = entries.at(-1)?.position;
      if (last === undefined) return;
      const rows = rowsOf(entries.map(({ change }) => change));
      const channels = await this.#projector.channels.learn(rows.channels);
      const written = await this.#turns.take(async (transaction) => {
        if (!(await move(this.models, journal.name, after, last, transaction))) return false;
        await record(this.models, channels, rows, transaction);
        const touched = rows.stays.map((stay) => ({ ...stay, channelId: channels.of(stay.channel) }));
        await project(this.#projector, touched, transaction);
        return true;
      });
      if (!written) continue;
      await journal.trim(last);
      if (entries.length < this.#batch) return;
    }
  }
}
