// How often a channel is spoken on: at once when it was quiet, then at most once per window, and never two at a time.
import type { Channel, Millis } from '../domain.js';

/** Says what is to be said. Must not reject. */
type Act = () => Promise<void>;

interface Turn {
  act: Act;
  /** Whether there is something to be said again. */
  again: boolean;
  /** Settles when what is being said is said. */
  saying: Promise<void>;
}

/** One timer for all channels that spoke within the window, none when all are quiet. */
export class Pace {
  readonly #window: Millis;
  readonly #turns = new Map<Channel, Turn>();
  /** When the channels that have spoken may speak again. All rest equally long, so the first is the next. */
  readonly #resting = new Map<Channel, Millis>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(window: Millis) {
    this.#window = window;
  }

  /** Acts now or, when the channel is speaking or has spoken within the window, once after that. */
  speak(channel: Channel, act: Act): void {
    if (this.#closed) return;
    const turn = this.#turns.get(channel);
    if (turn) Object.assign(turn, { act, again: true });
    else this.#take(channel, act);
  }

  /** Says at once what still waits, and nothing after that. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const finish = async (turn: Turn) => {
      await turn.saying;
      if (turn.again) await turn.act();
    };
    await Promise.all(Array.from(this.#turns.values(), finish));
  }

  #take(channel: Channel, act: Act): void {
    const saying = act().then(() => this.#rest(channel));
    this.#turns.set(channel, { act, again: false, saying });
  }

  #rest(channel: Channel): void {
    this.#resting.set(channel, performance.now() + this.#window);
    this.#arm();
  }

  #arm(): void {
    const [next] = this.#resting.values();
    if (next === undefined || this.#timer || this.#closed) return;
    this.#timer = setTimeout(() => this.#wake(), Math.ceil(next - performance.now())).unref();
  }

  #wake(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const [channel, until] of this.#resting) {
      if (until > now) break;
      const turn = this.#turns.get(channel);
      this.#resting.delete(channel);
      this.#turns.delete(channel);
      if (turn?.again) this.#take(channel, turn.act);
    }
    this.#arm();
  }
}
