// Errors in the log: without what may be secret, and the same kind not again and again.
import type { Logger } from 'pino';
import type { Millis } from './domain.js';

/** Within this time one kind of error is one line, and then one more with how often it came. */
const WINDOW: Millis = 10_000;
/** More kinds than this within a window are one kind: an error's words may hold what is different every time. */
const KINDS = 100;

/** What is known of an error and may be written down. Commands, statements and parameters may hold clientIds and names. */
interface Told {
  readonly type: string;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly code?: string | number;
  readonly cause?: Told;
  readonly errors?: readonly Told[];
}

export class Log {
  readonly #logger: Logger;
  readonly #repeated = new Map<string, { readonly error: Told; count: number }>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Notes an error. Never throws. */
  error(error: unknown): void {
    const told = tell(error);
    const kind = `${told.type} ${told.message}`.replace(/\d+/g, '#').slice(0, 120);
    const known = this.#repeated.get(kind) ?? (this.#repeated.size >= KINDS ? this.#repeated.get('') : undefined);
    if (known) {
      known.count += 1;
      return;
    }
    this.#write(told);
    this.#begin(this.#repeated.size >= KINDS ? '' : kind, told);
  }

  #begin(kind: string, error: Told): void {
    this.#repeated.set(kind, { error, count: 0 });
    setTimeout(() => this.#end(kind), WINDOW).unref();
  }

  #end(kind: string): void {
    const known = this.#repeated.get(kind);
    this.#repeated.delete(kind);
    if (known && known.count > 0) this.#write({ ...known.error, stack: undefined }, known.count);
  }

  #write(err: Told, times?: number): void {
    try {
      this.#logger.error(times === undefined ? { err } : { err, times }, err.message);
    } catch {
      // A log that cannot be written cannot say so either.
    }
  }
}

function tell(error: unknown, depth = 3): Told {
  if (!(error instanceof Error)) return { type: typeof error, message: 'something else than an error was thrown' };
  const { code, cause, errors } = error as Error & { code?: unknown; errors?: unknown };
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(cause !== undefined && depth > 0 ? { cause: tell(cause, depth - 1) } : {}),
    ...(Array.isArray(errors) && depth > 0 ? { errors: errors.slice(0, 5).map((one) => tell(one, depth - 1)) } : {}),
  };
}
