// The ledger: the durable account made from the journals. Nothing is lost or counted twice, whatever dies in between.
import type { Millis } from '../domain.js';
import { Accounts, type AccountsOptions } from './accounts.js';
import { Complaints } from './complaints.js';
import { Loop } from './loop.js';
import { ASK_EVERY, WriterLease } from './writer_lease.js';

export interface LedgerOptions extends AccountsOptions {
  /** Whether other processes have the same journals and the same database: then one of them writes. Default false. */
  readonly shared?: boolean;
  /** How long after a change it is written at the latest; default 900. */
  readonly flushEvery?: Millis;
  /** How often running stays are written down; default 9000, so that with the writing a crash costs 10 s at most. */
  readonly checkpointEvery?: Millis;
  /** How often each process that shares the database asks to be the writer; default 3000. */
  readonly askEvery?: Millis;
  /** How many changes wait in the journals, to be told with what is wrong. */
  readonly backlog?: (() => Promise<{ readonly waiting: number }>) | undefined;
  /** Told of a database or journal that is away; what was to be written is written later. */
  readonly onError: (error: unknown) => void;
}

export class Ledger {
  readonly #accounts: Accounts;
  /** Null when nobody else writes. */
  readonly #lease: WriterLease | null;
  readonly #complaints: Complaints;
  readonly #flushing: Loop;
  readonly #checkpoints: Loop;
  readonly #asking: Loop | null;

  constructor(options: LedgerOptions) {
    const { shared = false, now, flushEvery = 900, checkpointEvery = 9_000, askEvery = ASK_EVERY } = options;
    this.#accounts = new Accounts(options);
    this.#complaints = new Complaints(options);
    this.#lease = shared ? new WriterLease(this.#accounts.models, now) : null;
    const loop = (task: () => Promise<void>, pause: Millis, repeat: boolean): Loop =>
      new Loop({ task, pause, repeat, onError: (error) => void this.#complaints.tell(error) });
    // What other processes changed is in the journals too, and nobody nudges for it.
    this.#flushing = loop(() => this.#asWriter(() => this.flush()), flushEvery, shared);
    this.#checkpoints = loop(() => this.#asWriter(() => this.checkpoint()), checkpointEvery, true);
    this.#asking = this.#lease && loop(() => this.#ask(), askEvery, true);
  }

  /** Settles what a crash left open, and begins to write. Rejects when the database or the store is away. */
  async start(): Promise<void> {
    await this.#ask();
    await this.#asWriter(async () => {
      await this.#accounts.forgetOthers();
      await this.checkpoint();
    });
    this.#checkpoints.soon();
    this.#asking?.soon();
    if (this.#lease) this.#flushing.soon();
  }

  /** Something was journaled: it is written within `flushEvery`. */
  nudge(): void {
    if (!this.#lease) this.#flushing.soon();
  }

  /** Writes everything that is in the journals now. Rejects when that is not possible; the journals keep it then. */
  flush(): Promise<void> {
    return this.#accounts.flush();
  }

  /** Writes down when everybody present was last seen, and settles the stays that nobody is in any more. */
  checkpoint(): Promise<void> {
    return this.#accounts.checkpoint();
  }

  /** Makes every list and every time of the gem's tables anew from the stays. */
  rebuildProjections(): Promise<void> {
    return this.#accounts.rebuild();
  }

  /**
   * Writes what is left and stops. Without asking who the writer is: that one may go at the same moment, and two do no
   * harm. What cannot be written is told to `onError`.
   */
  async close(): Promise<void> {
    await Promise.all([this.#flushing.stop(), this.#checkpoints.stop(), this.#asking?.stop()]);
    try {
      await this.flush();
      await this.#lease?.letGo();
    } catch (error) {
      await this.#complaints.tell(error);
    }
  }

  /** All processes append to the journals, so that each has to know how far they are written, and not the writer only. */
  async #ask(): Promise<void> {
    if (!this.#lease) return;
    await this.#lease.ask();
    await this.#accounts.tellPositions();
  }

  async #asWriter(work: () => Promise<void>): Promise<void> {
    if (!this.#lease || this.#lease.held) await work();
  }
}
