// What processes tell one another beside messages. Told in one turn of the event loop, sent in one; and what could not be
// sent is kept, and told again when it can. So it may be heard twice, late and out of order: listeners must bear that.
import type { Change, ClientId, Millis } from '../domain.js';

export interface TidingsKinds {
  /** Presences changed. */
  changes: Change;
  /** A client was sent away: it is refused until then. */
  kick: { readonly id: ClientId; readonly until: Millis };
}

export interface TidingsOptions {
  /** Sends to all other processes. Rejects when that is not sure. */
  readonly send: (body: string) => Promise<unknown>;
  /** How many are kept that could not be sent. Default 10,000. */
  readonly limit?: number;
  /** There are too many to keep: the oldest are dropped. Called once until all are sent. */
  readonly onOverflow: () => void;
}

type Tiding = { readonly [K in keyof TidingsKinds]: readonly [kind: K, value: TidingsKinds[K]] }[keyof TidingsKinds];
type Listeners = { readonly [K in keyof TidingsKinds]: ((value: TidingsKinds[K]) => void)[] };

const SENT_AT_ONCE = 500;

export class Tidings {
  readonly #options: Required<TidingsOptions>;
  readonly #listeners: Listeners = { changes: [], kick: [] };
  #told: Tiding[] = [];
  #unsent: Tiding[] = [];
  #overflowed = false;

  constructor({ limit = 10_000, ...options }: TidingsOptions) {
    this.#options = { limit, ...options };
  }

  on<K extends keyof TidingsKinds>(kind: K, listener: (value: TidingsKinds[K]) => void): void {
    this.#listeners[kind].push(listener);
  }

  tell<K extends keyof TidingsKinds>(kind: K, value: TidingsKinds[K]): void {
    if (this.#told.length === 0) setImmediate(() => this.flush());
    this.#told.push([kind, value] as unknown as Tiding);
  }

  flush(): void {
    const told = this.#told;
    this.#told = [];
    if (told.length > 0) this.#send(told);
  }

  /** Tells what could not be sent. */
  again(): void {
    const unsent = this.#unsent;
    this.#unsent = [];
    this.#overflowed = false;
    for (let i = 0; i < unsent.length; i += SENT_AT_ONCE) this.#send(unsent.slice(i, i + SENT_AT_ONCE));
  }

  /** What another process, perhaps of a later version, told. */
  hear(body: string): void {
    for (const tiding of JSON.parse(body) as Tiding[]) {
      if (tiding[0] === 'changes') for (const listener of this.#listeners.changes) listener(tiding[1]);
      else if (tiding[0] === 'kick') for (const listener of this.#listeners.kick) listener(tiding[1]);
    }
  }

  #send(tidings: readonly Tiding[]): void {
    // Why it failed is the connection's to tell.
    this.#options.send(JSON.stringify(tidings)).catch(() => this.#keep(tidings));
  }

  #keep(tidings: readonly Tiding[]): void {
    this.#unsent.push(...tidings);
    const { limit, onOverflow } = this.#options;
    if (this.#unsent.length <= limit) return;
    this.#unsent.splice(0, this.#unsent.length - limit);
    if (!this.#overflowed) onOverflow();
    this.#overflowed = true;
  }
}
