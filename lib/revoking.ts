// Calling tokens back, in all processes: each reads the database every few seconds, which also a restart does.
import { setTimeout as pause } from 'node:timers/promises';
import type { Millis, Uid } from './domain.js';
import type { Revocations } from './identity/revocations.js';
import type { RevokedUser } from './ledger/revoked.js';

/** Where it is written down. */
export interface RevokedBook {
  write(users: readonly RevokedUser[]): Promise<void>;
  read(since: Millis): Promise<RevokedUser[]>;
  forget(before: Millis): Promise<void>;
}

export interface RevokingOptions {
  readonly revocations: Revocations;
  readonly book: RevokedBook;
  /** Whether other processes revoke too. */
  readonly shared: boolean;
  readonly now: () => Millis;
  /** Sends a user's pages away, wherever they are. */
  readonly kick: (uid: Uid) => Promise<number>;
  /** Sends the pages here of users away whose tokens another process called back. */
  readonly dismiss: (uids: ReadonlySet<Uid>) => void;
  readonly onError: (error: unknown) => void;
}

/** With the time that reading takes it holds everywhere within five seconds. */
const EVERY: Millis = 3_000;
/** Tokens live for thirty days at most; a day more, for clocks. */
const KEPT: Millis = 31 * 24 * 3_600_000;
/** The clocks of processes may differ by so much. */
const OVERLAP: Millis = 60_000;

export class Revoking {
  readonly #options: RevokingOptions;
  #read: Millis = 0;
  #timer: NodeJS.Timeout | undefined;
  #reading = false;

  constructor(options: RevokingOptions) {
    this.#options = options;
  }

  /**
   * Believes none of the tokens any more that a user has now, and sends the user away. Here at once, and in other processes within five seconds.
   * Rejects when it could not be written down: then it holds here only, and until the next start.
   */
  async revoke(uid: Uid | number): Promise<void> {
    const { revocations, book, kick } = this.#options;
    // What was made in this millisecond is not to count either.
    await pause(2);
    const { users } = revocations.revoke(uid);
    await Promise.all([kick(String(uid)), book.write(users)]);
  }

  /** Reads what was revoked so far, and goes on reading when other processes revoke too. */
  async start(): Promise<void> {
    const { book, now } = this.#options;
    await book.forget(now() - KEPT);
    await this.#take();
    if (this.#options.shared) this.#timer = setInterval(() => void this.#again(), EVERY).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #again(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    await this.#take().catch(this.#options.onError);
    this.#reading = false;
  }

  async #take(): Promise<void> {
    const { revocations, book, dismiss, now } = this.#options;
    const asked = now();
    const users = (await book.read(this.#read)).filter(([uid, notBefore]) => this.#isNew(uid, notBefore));
    this.#read = Math.max(0, asked - OVERLAP);
    if (users.length === 0) return;
    revocations.merge({ everyone: 0, users });
    dismiss(new Set(users.map(([uid]) => uid)));
  }

  #isNew(uid: Uid, notBefore: Millis): boolean {
    const probe = { user: { uid, uname: '' }, issued: notBefore - 1 };
    return !this.#options.revocations.isRevoked(probe);
  }
}
