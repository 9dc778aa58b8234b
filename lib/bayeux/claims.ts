// Clients that this process is taking over: the directory is asked, and the marker on the bus says from when on.
import type { ClientId, Millis } from '../domain.js';
import type { Entry, Found } from './directory.js';

/** `here`: the client is this process's. `unknown`: nobody knows it. `away`: that cannot be known now. */
export type Whereabouts = 'here' | 'unknown' | 'away';

export interface ClaimsOptions {
  readonly claim: (id: ClientId) => Promise<Found>;
  /** Its marker did not come: the client is taken in as the directory knew it. */
  readonly install: (id: ClientId, entry: Entry) => void;
  /** Whether the client is here. */
  readonly has: (id: ClientId) => boolean;
}

/** How long a marker is waited for. */
const PATIENCE: Millis = 2_000;

export class Claims {
  readonly #options: ClaimsOptions;
  readonly #running = new Map<ClientId, Promise<Whereabouts>>();
  readonly #marked = new Map<ClientId, () => void>();

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  /** Never rejects. Two at a time are one. */
  claim(id: ClientId): Promise<Whereabouts> {
    const running = this.#running.get(id);
    if (running) return running;
    const claim = this.#claim(id).finally(() => this.#running.delete(id));
    this.#running.set(id, claim);
    return claim;
  }

  /** Whether the client is being taken over because it came. */
  wants(id: ClientId): boolean {
    return this.#running.has(id);
  }

  /** The marker came, and the client is installed. */
  marked(id: ClientId): void {
    this.#marked.get(id)?.();
  }

  async #claim(id: ClientId): Promise<Whereabouts> {
    const { claim, has, install } = this.#options;
    const marker = this.#marker(id);
    try {
      const found = await claim(id);
      if (typeof found === 'string') return found;
      if (!(await marker.came)) install(id, found);
      // It may have gone on to another process already.
      return has(id) ? 'here' : 'away';
    } catch {
      // Redis does not answer, which its connection tells.
      return 'away';
    } finally {
      marker.forget();
    }
  }

  /** Resolves to whether the marker came in time. */
  #marker(id: ClientId): { came: Promise<boolean>; forget: () => void } {
    let forget = (): void => undefined;
    const came = new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), PATIENCE);
      this.#marked.set(id, () => resolve(true));
      forget = () => {
        clearTimeout(timer);
        this.#marked.delete(id);
      };
    });
    return { came, forget };
  }
}
