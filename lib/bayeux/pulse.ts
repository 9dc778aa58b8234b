// Whether Redis answers and is heard: a heartbeat over both connections, and what they say of themselves.
import type { Millis } from '../domain.js';
import type { RedisClient } from '../redis.js';

export interface PulseOptions {
  readonly commands: RedisClient;
  readonly subscriber: RedisClient;
  /** The Redis channels to listen to. */
  readonly channels: readonly string[];
  /** Sends a heartbeat. To be followed by `heard()` when it comes back by the subscriber. */
  readonly beat: () => Promise<void>;
  /** Called when `answers` changes. */
  readonly onChange: (answers: boolean) => void;
  /** Called with every tick, whether Redis answers or not. */
  readonly onTick: () => void;
  readonly onError: (error: unknown) => void;
}

const EVERY: Millis = 1_000;
/** Redis is away when it does not answer for so long. */
const PATIENCE: Millis = 2_000;
/** A connection on which nothing came for so long is made anew. */
const BROKEN: Millis = 10_000;

export class Pulse {
  readonly #options: PulseOptions;
  readonly #timer: NodeJS.Timeout;
  /** Whether a heartbeat is on its way. */
  #asking = false;
  /** Since when no heartbeat was answered. It goes on while each of them is given up by its own time-out. */
  #silent: Millis | null = null;
  /** Since when no heartbeat was heard that was answered. */
  #unheard: Millis | null = null;
  #heardAt: Millis = 0;
  #listening = false;
  #alive = false;
  #answers = false;
  #closed = false;
  readonly #listen = (): void => void this.#subscribe();
  readonly #ready = (): void => void this.#beat();
  readonly #deaf = (): void => {
    this.#unheard = null;
    this.#set({ listening: false });
  };
  readonly #lost = (): void => {
    this.#silent = null;
    this.#set({ alive: false });
  };

  constructor(options: PulseOptions) {
    this.#options = options;
    const { commands, subscriber } = options;
    subscriber.on('ready', this.#listen).on('close', this.#deaf);
    commands.on('ready', this.#ready).on('close', this.#lost);
    // By way of setImmediate, so that after a stall what waits in the sockets is read before anybody is judged by it.
    this.#timer = setInterval(() => setImmediate(() => this.#tick()), EVERY).unref();
    if (subscriber.status === 'ready') this.#listen();
  }

  /** Whether what is published comes back to this process. */
  get answers(): boolean {
    return this.#answers;
  }

  /** Whether what is published reaches the other processes. */
  get reaches(): boolean {
    return this.#alive;
  }

  /** A heartbeat came back. */
  heard(): void {
    this.#heardAt = performance.now();
    this.#unheard = null;
    this.#set({ listening: true });
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    const { commands, subscriber, channels } = this.#options;
    subscriber.off('ready', this.#listen).off('close', this.#deaf);
    commands.off('ready', this.#ready).off('close', this.#lost);
    if (this.#listening) subscriber.unsubscribe(...channels).catch(this.#options.onError);
    this.#set({ listening: false, alive: false });
  }

  async #subscribe(): Promise<void> {
    const { subscriber, channels, onError } = this.#options;
    try {
      await subscriber.subscribe(...channels);
      this.#unheard = null;
      this.#set({ listening: true });
      await this.#beat();
    } catch (error) {
      // The connection broke again; its next `ready` begins anew.
      if (!this.#closed) onError(error);
    }
  }

  #tick(): void {
    if (this.#closed) return;
    const { commands, subscriber, onTick } = this.#options;
    onTick();
    const now = performance.now();
    const late = (since: Millis | null, limit: Millis): boolean => since !== null && now - since > limit;
    if (late(this.#silent, PATIENCE)) this.#set({ alive: false });
    if (late(this.#unheard, PATIENCE)) this.#set({ listening: false });
    const silent = late(this.#silent, BROKEN);
    // Without an answer nothing could be heard either, so nobody knows whether the other connection is still one.
    if (silent || late(this.#unheard, BROKEN)) {
      this.#unheard = null;
      makeAnew(subscriber);
    }
    if (silent) {
      this.#silent = null;
      makeAnew(commands);
    }
    void this.#beat();
  }

  async #beat(): Promise<void> {
    if (this.#asking || this.#closed || this.#options.commands.status !== 'ready') return;
    this.#asking = true;
    const asked = performance.now();
    this.#silent ??= asked;
    try {
      await this.#options.beat();
      this.#silent = null;
      // It may have come back before its answer.
      if (this.#heardAt < asked) this.#unheard ??= asked;
      this.#set({ alive: true });
    } catch (error) {
      // Said once; while Redis is away it would be said every second.
      if (this.#alive) this.#options.onError(error);
      // That it cannot do it is an answer too.
      if (error instanceof Error && error.name === 'ReplyError') this.#silent = null;
      this.#set({ alive: false });
    }
    this.#asking = false;
  }

  #set({ listening = this.#listening, alive = this.#alive }: { listening?: boolean; alive?: boolean }): void {
    this.#listening = listening;
    this.#alive = alive && !this.#closed;
    const answers = this.#listening && this.#alive;
    if (answers === this.#answers) return;
    this.#answers = answers;
    this.#options.onChange(answers);
  }
}

/** One that is being made already is left to it. */
function makeAnew(client: RedisClient): void {
  if (client.status === 'ready' || client.status === 'connect') client.disconnect(true);
}
