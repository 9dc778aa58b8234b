// The bus: what processes tell one another over Redis. One PUBLISH a message, however many subscribers it has. All of a
// message's hearers, its sender included, hear messages and markers in one order, which is Redis's.
import type { Channel, ClientId, Millis } from '../domain.js';
import type { RedisClient } from '../redis.js';
import { Directory, type Entry } from './directory.js';
import { randomId } from './ids.js';
import { bodyOf, letterOf, type Marker } from './markers.js';
import { plainError } from './plain_error.js';
import { Pulse } from './pulse.js';
import { Tidings, type TidingsKinds } from './tidings.js';
import { Unreturned } from './unreturned.js';

export interface BusOptions {
  readonly commands: RedisClient;
  readonly subscriber: RedisClient;
  readonly namespace: string;
  /** The clock of this process. The bus sets it right by Redis's. */
  readonly now: () => Millis;
  readonly onError: (error: unknown) => void;
}

/** Who hears the bus in this process: its engine. */
export interface Receiver {
  /** A message for the subscribers here. */
  message(channel: Channel, json: string): void;
  /** What only this process is told, in the order of the messages. */
  marker(marker: Marker): void;
  /** A heartbeat brought clients that are over. `fresh`: Redis did not know this process. */
  beaten(fresh: boolean, over: readonly (readonly [ClientId, Entry])[]): void;
}

/** How long a message may take to come back before it is delivered here without. */
const PATIENCE: Millis = 2_000;
/** Characters that may be on their way. */
const LIMIT = 64 * 1024 * 1024;

export class RedisBus {
  /** This process. */
  readonly node: string = randomId();
  readonly directory: Directory;
  readonly #options: BusOptions;
  readonly #everybody: string;
  readonly #mine: string;
  readonly #pulse: Pulse;
  readonly #unreturned = new Unreturned(LIMIT);
  readonly #tidings: Tidings;
  readonly #watchers = new Set<(answers: boolean) => void>();
  #receiver: Receiver | null = null;
  #offset: Millis = 0;
  readonly #hear = (channel: string, text: string): void => this.#heard(channel, text);

  constructor(options: BusOptions) {
    this.#options = options;
    const { commands, subscriber, namespace, onError } = options;
    this.#everybody = `{${namespace}}bus${databaseOf(commands)}`;
    const prefix = `${this.#everybody}:`;
    this.#mine = prefix + this.node;
    this.directory = new Directory({ commands, namespace, node: this.node, prefix });
    this.#tidings = new Tidings((body) => this.#publish(this.#everybody, `t${this.node}\n${body}`));
    subscriber.on('message', this.#hear);
    this.#pulse = new Pulse({
      commands,
      subscriber,
      channels: [this.#everybody, this.#mine],
      beat: () => this.#beat(),
      onChange: (answers) => this.#changed(answers),
      onTick: () => this.#deliver(performance.now() - PATIENCE),
      onError,
    });
  }

  /** Whether what is published comes back: Redis is there, answers, and is heard. */
  get answers(): boolean {
    return this.#pulse.answers;
  }

  /** Milliseconds since the epoch, by Redis's clock. */
  now(): Millis {
    return this.#options.now() + this.#offset;
  }

  /** Where a script of Redis's tells the other processes of a change, and what goes before it; `]]` goes behind. */
  get changes(): { readonly channel: string; readonly prefix: string } {
    return { channel: this.#everybody, prefix: `t${this.node}\n[["changes",` };
  }

  /** Names who hears messages and markers. One only. */
  receive(receiver: Receiver): void {
    this.#receiver = receiver;
  }

  /** To the subscribers of all processes, here too: when it comes back, or at once and without Redis while that is away. */
  publish(channel: Channel, json: string): void {
    const comesBack = this.#pulse.answers && !this.#unreturned.full;
    const number = comesBack ? this.#unreturned.add({ channel, json }, performance.now()) : 0;
    if (!comesBack) this.#receiver?.message(channel, json);
    if (!this.#pulse.reaches) return;
    this.#options.commands.publish(this.#everybody, `m${this.node} ${number}\n${channel}\n${json}`).catch((error) => {
      this.#failed(error);
      this.#returned(number);
    });
  }

  /** To one process. It may not hear it. */
  post(node: string, marker: Marker): void {
    this.#publish(this.#mine.slice(0, -this.node.length) + node, JSON.stringify(marker));
  }

  /** Tells all other processes, most likely. What one turn of the event loop tells goes together, at its end. */
  tell<K extends keyof TidingsKinds>(kind: K, value: TidingsKinds[K]): void {
    this.#tidings.tell(kind, value);
  }

  /** Sends what was told in this turn now, before what follows. */
  flush(): void {
    this.#tidings.flush();
  }

  /** Hears what other processes tell. */
  on<K extends keyof TidingsKinds>(kind: K, listener: (value: TidingsKinds[K]) => void): void {
    this.#tidings.on(kind, listener);
  }

  /** Hears that Redis went away, and that it is back and heard again. What was told in between is lost. */
  watch(listener: (answers: boolean) => void): void {
    this.#watchers.add(listener);
  }

  /** Lets go of the connections, which stay open. */
  async close(): Promise<void> {
    this.#tidings.flush();
    const { answers } = this.#pulse;
    this.#pulse.close();
    this.#options.subscriber.off('message', this.#hear);
    if (answers) await this.directory.leave().catch(this.#options.onError);
  }

  #publish(channel: string, text: string): void {
    if (this.#pulse.reaches) this.#options.commands.publish(channel, text).catch((error) => this.#failed(error));
  }

  /** Of a lost connection the connection itself tells, once. */
  #failed(error: unknown): void {
    if (error instanceof Error && error.name === 'ReplyError') this.#options.onError(plainError(error));
  }

  async #beat(): Promise<void> {
    const asked = this.#options.now();
    const { time, fresh, over } = await this.directory.beat(this.now());
    this.#offset = time - (asked + this.#options.now()) / 2;
    this.#safely(() => this.#receiver?.beaten(fresh, over));
  }

  #changed(answers: boolean): void {
    if (!answers) this.#deliver(Number.POSITIVE_INFINITY);
    for (const watcher of this.#watchers) this.#safely(() => watcher(answers));
  }

  #heard(channel: string, text: string): void {
    if (channel === this.#mine) this.#safely(() => this.#marked(JSON.parse(text) as Marker));
    else if (channel === this.#everybody) this.#safely(() => this.#told(text));
  }

  #marked(marker: Marker): void {
    if (marker.t === 'beat') this.#pulse.heard();
    else this.#receiver?.marker(marker);
  }

  #told(text: string): void {
    const { kind, from, number, body } = bodyOf(text);
    if (kind === 't' && from !== this.node) this.#tidings.hear(body);
    if (kind !== 'm') return;
    const { channel, json } = letterOf(body);
    if (from === this.node) this.#returned(number);
    else this.#receiver?.message(channel, json);
  }

  /** Its own message came back, or never will. */
  #returned(number: number): void {
    const letter = this.#unreturned.take(number);
    if (letter) this.#safely(() => this.#receiver?.message(letter.channel, letter.json));
  }

  #deliver(before: Millis): void {
    for (const { channel, json } of this.#unreturned.takeBefore(before)) {
      this.#safely(() => this.#receiver?.message(channel, json));
    }
  }

  /** What listeners of the host throw is not the bus's. */
  #safely(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#options.onError(error);
    }
  }
}

/** Redis's channels are the same in all its databases, so the number of the database is part of ours. */
function databaseOf(commands: RedisClient): string {
  const { options } = commands;
  return 'db' in options && options.db ? `@${options.db}` : '';
}
