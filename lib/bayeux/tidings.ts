// What processes tell one another beside messages. Told in one turn of the event loop, sent in one.
import type { Change, ClientId, Millis } from '../domain.js';

export interface TidingsKinds {
  /** Presences changed. */
  changes: Change;
  /** A client was sent away: it is refused until then. */
  kick: { readonly id: ClientId; readonly until: Millis };
}

type Tiding = { readonly [K in keyof TidingsKinds]: readonly [kind: K, value: TidingsKinds[K]] }[keyof TidingsKinds];
type Listeners = { readonly [K in keyof TidingsKinds]: ((value: TidingsKinds[K]) => void)[] };

export class Tidings {
  readonly #send: (body: string) => void;
  readonly #listeners: Listeners = { changes: [], kick: [] };
  #told: Tiding[] = [];

  constructor(send: (body: string) => void) {
    this.#send = send;
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
    if (told.length > 0) this.#send(JSON.stringify(told));
  }

  hear(body: string): void {
    for (const tiding of JSON.parse(body) as Tiding[]) {
      if (tiding[0] === 'changes') for (const listener of this.#listeners.changes) listener(tiding[1]);
      else for (const listener of this.#listeners.kick) listener(tiding[1]);
    }
  }
}
