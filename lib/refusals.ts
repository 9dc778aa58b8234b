// What clients are refused: counted by kind, and told to the log, at most ten lines a second of each kind and then how many.
import type { Logger } from 'pino';
import type { RefusalKind } from './bayeux/refusal.js';
import type { Millis } from './domain.js';

/** What clients are refused, and `login`: a wrong password for the dashboard, or one too soon after wrong ones. */
export type Refused = RefusalKind | 'login';

export type OnRefused = (kind: Refused, from: { readonly address?: string }) => void;

const LINES = 10;
const WINDOW: Millis = 1_000;

/** What clients get wrong is no news; that a limit is reached, or that another site knocks, may need somebody's hand. */
const NO_NEWS: ReadonlySet<Refused> = new Set(['identity', 'channels', 'message', 'request']);

interface Window {
  lines: number;
  more: number;
}

export class Refusals {
  readonly #logger: Logger;
  readonly #counts = new Map<Refused, number>();
  readonly #windows = new Map<Refused, Window>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** How many there were since the start, by kind. */
  get counts(): ReadonlyMap<Refused, number> {
    return this.#counts;
  }

  /** Never throws. */
  readonly note: OnRefused = (kind, { address }) => {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    const level = NO_NEWS.has(kind) ? 'info' : 'warn';
    if (!this.#logger.isLevelEnabled?.(level)) return;
    const window = this.#windows.get(kind) ?? this.#open(kind, level);
    if (window.lines === LINES) window.more += 1;
    else {
      window.lines += 1;
      this.#write(level, { refused: kind, address }, `refused: ${kind}`);
    }
  };

  #open(kind: Refused, level: 'info' | 'warn'): Window {
    const window: Window = { lines: 0, more: 0 };
    this.#windows.set(kind, window);
    setTimeout(() => {
      this.#windows.delete(kind);
      if (window.more > 0) this.#write(level, { refused: kind, times: window.more }, `refused: ${kind}, more often`);
    }, WINDOW).unref();
    return window;
  }

  #write(level: 'info' | 'warn', what: object, text: string): void {
    try {
      this.#logger[level](what, text);
    } catch {
      // A log that cannot be written cannot say so either.
    }
  }
}
