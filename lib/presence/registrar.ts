// Keeps the store in step with the book of leases: tells it who comes, lives and goes, and passes on what that changed.
import type { Cause, Change, ClientId, Millis } from '../domain.js';
import type { Admitted, LeaseBook } from './lease_book.js';
import type { Lease, PresenceStore } from './store.js';
import { inTurns } from './turns.js';

export interface RegistrarOptions {
  readonly store: PresenceStore;
  readonly now: () => Millis;
  /** Called exactly once for every Change that the store gave to this process. */
  readonly onChange: (change: Change) => void;
  /** Hears of a store that fails, and of an `onChange` that threw. */
  readonly onError: (error: unknown) => void;
}

/** No promise of its methods rejects: what fails is noted in the book, to be tried again, and told to `onError`. */
export class Registrar {
  readonly #options: RegistrarOptions;
  readonly #book: LeaseBook;

  constructor(options: RegistrarOptions, book: LeaseBook) {
    this.#options = options;
    this.#book = book;
  }

  /** Brings a client into the store, if it is alive by what is known here. Thus also one that the store lost. */
  async join(id: ClientId): Promise<void> {
    const now = this.#options.now();
    const admitted = this.#book.admit(id, now);
    if (!admitted) return;
    const { client, at, ends, before, gone } = admitted;
    if (gone) return this.#recall(admitted);
    const shared = this.#options.store.recall !== undefined;
    const learn = shared && before.length === 0 ? this.#book.standings.learn(id) : undefined;
    const change = await this.#ask((store) => store.join(client, at, ends, before, learn));
    if (change === undefined) this.#book.failedToJoin(id);
    else this.#tell(change);
    // It may have gone to another process meanwhile.
    if (!this.#book.knows(id)) this.#book.standings.forget(id);
    else if (change && shared) this.#book.standings.take(change);
  }

  /** Who is gone already is brought into a store that has lost everything, so that the stay ends when it did. */
  async #recall({ client, at, ends, before }: Admitted): Promise<void> {
    if (before.length === 0) return;
    const change = await this.#ask(async (store) => (await store.recall?.(client, at, ends, before)) ?? null);
    this.#tell(change ?? null);
  }

  /** Clients that the store does not know are brought in again. @returns whether the store could be told. */
  async renew(leases: readonly Lease[]): Promise<boolean> {
    if (leases.length === 0) return true;
    const answer = await this.#ask((store) => store.renew(leases));
    if (!answer) {
      this.#book.failed(leases);
      return false;
    }
    const unknown = new Set(answer);
    const outside = leases.filter(({ id }) => unknown.has(id) || this.#book.isUnjoined(id));
    await inTurns(outside, ({ id }) => this.join(id));
    return true;
  }

  /** @returns whether the store could be told. */
  async leave(id: ClientId, now: Millis, cause: Cause): Promise<boolean> {
    const change = await this.#ask((store) => store.leave(id, now, cause));
    this.#tell(change ?? null);
    if (change !== undefined) this.#book.standings.forget(id);
    return change !== undefined;
  }

  /**
   * Takes out who is lost. A client that another process gave up, but is alive here, is brought in again.
   * @param due takes out only whose lease ended until then
   */
  async expire(now: Millis, due: Millis): Promise<void> {
    const changes = (await this.#ask((store) => store.expire(now, due))) ?? [];
    for (const change of changes) {
      this.#tell(change);
      this.#book.standings.forget(change.id);
    }
    await inTurns(changes, ({ id }) => this.join(id));
  }

  /** @returns whether other processes wait for the clients of this one */
  async handOver(now: Millis, ends: Millis): Promise<boolean> {
    return (await this.#ask(async (store) => (await store.handOver?.(now, ends)) ?? false)) ?? false;
  }

  /** The store's answer, or undefined when it failed. */
  async #ask<T>(question: (store: PresenceStore) => Promise<T>): Promise<T | undefined> {
    try {
      return await question(this.#options.store);
    } catch (error) {
      this.#options.onError(error);
      return undefined;
    }
  }

  #tell(change: Change | null): void {
    if (!change) return;
    try {
      this.#options.onChange(change);
    } catch (error) {
      this.#options.onError(error);
    }
  }
}
