// A loop: a task that runs soon after it is asked for, and again after a failure, with growing pauses.
import type { Millis } from '../domain.js';

const FIRST_RETRY: Millis = 1_000;
const LAST_RETRY: Millis = 5_000;
/** Longer than a database of our own may be silent: one of the host's may be so for hours, and nobody would know. */
const LATE: Millis = 40_000;

export interface LoopOptions {
  readonly task: () => Promise<void>;
  /** How long after it was asked for the task runs. */
  readonly pause: Millis;
  /** Whether the task asks for itself again when it is done. */
  readonly repeat: boolean;
  readonly onError: (error: unknown) => void;
}

/** How long to wait after so many failures on end: 1 s, twice that each time, at most 5 s. */
export function backOff(failures: number): Millis {
  return Math.min(FIRST_RETRY * 2 ** (failures - 1), LAST_RETRY);
}

export class Loop {
  readonly #options: LoopOptions;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #stopped = false;
  #running: Promise<void> | undefined;
  /** It was asked for while it ran: what it works on may have been read before. */
  #askedAgain = false;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  /** Asks for the task. Asking again before it runs changes nothing; asking while it runs makes it run once more. */
  soon(): void {
    if (this.#running) this.#askedAgain = true;
    if (this.#stopped || this.#timer || this.#running) return;
    const pause = this.#failures > 0 ? backOff(this.#failures) : this.#options.pause;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#running = this.#run();
    }, pause);
    this.#timer.unref();
  }

  /** The task does not run again; settles when the last run is done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #run(): Promise<void> {
    const again = await this.#once();
    const asked = this.#askedAgain;
    this.#running = undefined;
    this.#askedAgain = false;
    if (again || asked) this.soon();
  }

  /** @returns whether it is to run again, though nobody asked. */
  async #once(): Promise<boolean> {
    const late = setTimeout(() => this.#options.onError(new Error(TOO_LATE)), LATE).unref();
    try {
      await this.#options.task();
      this.#failures = 0;
      return this.#options.repeat;
    } catch (error) {
      this.#failures += 1;
      this.#options.onError(error);
      return true;
    } finally {
      clearTimeout(late);
    }
  }
}

/** Nothing is given up by this: work that was given up might go on beside the next. */
const TOO_LATE = `history: writing has taken ${LATE / 1_000} s and is not done: the database may have stopped answering.`;
