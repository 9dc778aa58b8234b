// The bus: what processes tell one another over Redis. One PUBLISH a message, however many subscribers it has. All of a
// message's hearers, its sender included, hear messages and markers in one order, which is Redis's.
import type { Channel, Millis } from '../domain.js';
import type { RedisClient } from '../redis.js';
import { type Beat, Directory } from './directory.js';
import { untilAllGone } from './farewell.js';
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
  readonly onError: (error: unknown) => void;
  /** Characters of messages that may be on their way. Default 64 Mi. */
  readonly limit?: number;
}

/** Who hears the bus in this process: its engine. */
export interface Receiver {
  /** A message for the subscribers here. */
  message(channel: Channel, json: string): void;
  /** What only this process is told, in the order of the messages. */
  marker(marker: Marker): void;
  /** A heartbeat was answered. */
  beaten(beat: Beat): void;
  /** This process ends: its clients go to these. Rejects when one could not be given. */
  leave(nodes: readonly string[]): Promise<void>;
  /** Whether a client is here, or something that one waits for is on its way to here. */
  owes(): boolean;
  /** The bus closed: nobody takes clients over from here any more. */
  closed(): void;
}

/** How long a message may take to come back before it is delivered here without. */
const PATIENCE: Millis = 2_000;
const LIMIT = 64 * 1024 * 1024;

export class RedisBus {
  /** This process. */
  readonly node: string = randomId();
  readonly directory: Directory;
  readonly #options: BusOptions;
  readonly #everybody: string;
  readonly #mine: string;
  readonly #pulse: Pulse;
  readonly #unreturned: Unreturned;
  readonly #tidings: Tidings;
  readonly #watchers = new Set<(answers: boolean) => void>();
  #receiver: Receiver | null = null;
  #heardAll = false;
  readonly #hear = (channel: string, text: string): void => this.#heard(channel, text);

  constructor(options: BusOptions) {
    this.#options = options;
    const { commands, subscriber, namespace, onError, limit = LIMIT } = options;
    this.#unreturned = new Unreturned(limit);
    this.#everybody = `{${namespace}}bus${databaseOf(commands)}`;
    const prefix = `${this.#everybody}:`;
    this.#mine = prefix + this.node;
    this.directory = new Directory({ commands, namespace, node: this.node, prefix });
    this.#tidings = new Tidings({
      send: (body) => this.#publish(this.#everybody, `t${this.node}\n${body}`),
      onOverflow: () => onError(new Error('Redis is away for long: some changes are not told to the other processes')),
    });
    subscriber.on('message', this.#hear);
    this.#pulse = new Pulse({
      commands,
      subscriber,
      channels: [this.#everybody, this.#mine],
      beat: () => this.#beat(),
      onChange: (answers) => this.#changed(answers),
      onTick: () => this.#tick(),
      onError,
    });
  }

  /** Whether what is published comes back: Redis is there, answers, and is heard. */
  get answers(): boolean {
    return this.#pulse.answers;
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
    if (!comesBack) {
      // What is on its way was said before.
      this.#deliver(Number.POSITIVE_INFINITY);
      this.#receiver?.message(channel, json);
    }
    if (!this.#pulse.reaches) return;
    this.#options.commands.publish(this.#everybody, `m${this.node} ${number}\n${channel}\n${json}`).catch((error) => {
      this.#failed(error);
      this.#returned(number);
    });
  }

  /** To one process. It may not hear it. */
  post(node: string, marker: Marker): void {
    // Who waits for it waits for two seconds at most.
    this.#publish(this.#mine.slice(0, -this.node.length) + node, JSON.stringify(marker)).catch(() => undefined);
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

  /** Hears that Redis went away, and that it is back and heard again. What others told in between was not heard. */
  watch(listener: (answers: boolean) => void): void {
    this.#watchers.add(listener);
  }

  /** Lets go of the connections, which stay open, once the other processes have the clients. */
  async close(): Promise<void> {
    this.#tidings.flush();
    await this.#handOver().catch(this.#options.onError);
    const { answers } = this.#pulse;
    this.#pulse.close();
    this.#options.subscriber.off('message', this.#hear);
    if (answers) await this.directory.leave().catch(this.#options.onError);
    this.#receiver?.closed();
  }

  async #handOver(): Promise<void> {
    if (!this.#pulse.answers) return;
    this.directory.retire();
    await this.#beat();
    // What others said already may still be on its way to here: their clients too, if they end as well.
    this.post(this.node, { t: 'last' });
    await untilAllGone(() => this.#giveAway());
  }

  /** @returns whether there is more to be given */
  async #giveAway(): Promise<boolean> {
    const others = this.#pulse.answers ? await this.directory.others() : [];
    if (others.length === 0) return false;
    await this.#receiver?.leave(others);
    return !this.#heardAll || this.#receiver?.owes() === true;
  }

  /** Rejects when it is not sure that Redis has it. */
  async #publish(channel: string, text: string): Promise<void> {
    if (!this.#pulse.reaches) throw new Error('Redis is away');
    try {
      await this.#options.commands.publish(channel, text);
    } catch (error) {
      this.#failed(error);
      throw error;
    }
  }

  /** Of a lost connection the connection itself tells, once. */
  #failed(error: unknown): void {
    if (error instanceof Error && error.name === 'ReplyError') this.#options.onError(plainError(error));
  }

  async #beat(): Promise<void> {
    const beat = await this.directory.beat();
    this.#safely(() => this.#receiver?.beaten(beat));
  }

  #tick(): void {
    this.#deliver(performance.now() - PATIENCE);
    if (this.#pulse.answers) this.#tidings.again();
  }

  #changed(answers: boolean): void {
    if (answers) this.#tidings.again();
    else this.#deliver(Number.POSITIVE_INFINITY);
    for (const watcher of this.#watchers) this.#safely(() => watcher(answers));
  }

  #heard(channel: string, text: string): void {
    if (channel === this.#mine) this.#safely(() => this.#marked(JSON.parse(text) as Marker));
    else if (channel === this.#everybody) this.#safely(() => this.#told(text));
  }

  #marked(marker: Marker): void {
    if (marker.t === 'beat') this.#pulse.heard();
    else if (marker.t === 'last') this.#heardAll = true;
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
