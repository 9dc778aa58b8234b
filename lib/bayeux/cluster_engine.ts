// Our engine in a cluster: each process has some of the clients, and a client may change process between any two
// messages. What is published goes over the bus; each process delivers it to its own.
import type { Channel, ClientId, Millis } from '../domain.js';
import { expand } from './channels.js';
import type { Whereabouts } from './claims.js';
import type { Beat, Entry, Found } from './directory.js';
import { Engine, type EngineHost, type EngineOptions } from './engine.js';
import { giveAll } from './farewell.js';
import type { EngineProxy, FayeEngine, Message } from './faye.js';
import { randomId } from './ids.js';
import type { Link } from './link.js';
import type { Outlet } from './outlet.js';
import type { RedisBus } from './redis_bus.js';
import { type Moves, Removals } from './removals.js';
import { Roll } from './roll.js';
import { Writes } from './writes.js';

export interface ClusterOptions extends EngineOptions {
  readonly bus: RedisBus;
  readonly moves: Moves;
  /** Faye's server closed. */
  readonly onDisconnect?: () => void;
}

export class ClusterEngine implements FayeEngine, Outlet {
  readonly #proxy: EngineProxy;
  readonly #options: ClusterOptions;
  readonly #bus: RedisBus;
  readonly #local: Engine;
  readonly #removals: Removals;
  readonly #roll: Roll;
  readonly #writes = new Writes();
  /** Its clients go to other processes. */
  #leaving = false;

  constructor(proxy: EngineProxy, options: ClusterOptions) {
    this.#proxy = proxy;
    this.#options = options;
    const { bus, moves, now, onError } = options;
    this.#bus = bus;
    const send = (id: ClientId, message: Message, again: boolean): void => this.#send(id, message, again);
    const timeout = proxy.timeout * 1000;
    const local = (): Engine => this.#local;
    const roll = (): Roll => this.#roll;
    this.#removals = new Removals({ bus, local, roll, moves, now, timeout, send, onError });
    this.#local = new Engine(this.#host(), options);
    const { audience } = this.#local;
    const lost = (id: ClientId): void => this.#safely(() => this.#removals.letGo(id));
    const known = (id: ClientId, entry: Entry): void => this.#safely(() => this.#removals.learn(id, entry));
    this.#roll = new Roll({ bus, audience, timeout, sessionOf: moves.sessionOf, lost, known, onError });
    bus.receive({
      message: (channel, json) => this.#local.spread(json, expand(channel)),
      marker: (marker) => this.#removals.marked(marker),
      beaten: (beat) => this.#beaten(beat),
      leave: (nodes) => this.#leave(nodes),
      owes: () => audience.size > 0 || this.#removals.waits,
      closed: () => this.#clear(),
    });
  }

  createClient(callback: (id: ClientId) => void, context?: unknown): void {
    const id = randomId();
    this.#local.audience.enter(id, this.#options.now());
    const created = (): void => {
      this.#trigger('handshake', id);
      callback.call(context, id);
    };
    const opened = this.#roll.enter(id);
    if (opened) void opened.then(() => this.#safely(created));
    else created();
  }

  clientExists(id: ClientId | undefined, callback: (exists: boolean) => void, context?: unknown): void {
    const answer = (exists: boolean): void => callback.call(context, exists);
    if (id === undefined || this.#has(id)) answer(id !== undefined);
    else void this.find(id).then((found) => this.#safely(() => answer(typeof found === 'object')));
  }

  destroyClient(id: ClientId, callback?: () => void, context?: unknown): void {
    void this.#destroy(id, false).then(() => this.#safely(() => callback?.call(context)));
  }

  ping(id: ClientId): void {
    this.#local.ping(id);
  }

  sweep(now: Millis): void {
    this.#local.sweep(now);
  }

  subscribe(id: ClientId, channel: Channel, callback?: (done: true) => void, context?: unknown): void {
    this.#write(id, channel, true, () => callback?.call(context, true));
  }

  unsubscribe(id: ClientId, channel: Channel, callback?: (done: true) => void, context?: unknown): void {
    this.#write(id, channel, false, () => callback?.call(context, true));
  }

  written(id: ClientId): Promise<void> | undefined {
    return this.#writes.of(id);
  }

  subscriptions(id: ClientId): readonly Channel[] {
    return this.#local.subscriptions(id);
  }

  listened(channel: Channel): boolean {
    return this.#local.listened(channel);
  }

  /** The channels that somebody here subscribes to. */
  subscribed(): Iterable<Channel> {
    return this.#local.subscribed();
  }

  /** To the subscribers of all processes. */
  publish({ clientId, ...message }: Message): void {
    this.#bus.publish(message.channel, JSON.stringify(message));
    this.#proxy.trigger('publish', clientId, message.channel, message.data);
  }

  /** To the subscribers of this process: the others tell theirs themselves. */
  announce(message: Message): void {
    this.#local.publish(message, expand(message.channel));
  }

  send(id: ClientId, message: Message): void {
    this.#send(id, message, false);
  }

  requeue(id: ClientId, messages: readonly Message[]): void {
    if (this.#has(id)) this.#local.requeue(id, messages);
    // The client went on while they were being sent to it here.
    else for (const message of messages) this.send(id, message);
  }

  emptyQueue(id: ClientId): void {
    if (this.#has(id)) this.#local.emptyQueue(id);
    // It connected here without having been claimed: Faye's own front does not know of processes.
    else if (this.#proxy.hasConnection(id)) void this.#connected(id);
  }

  attach(id: ClientId, link: Link | null): void {
    this.#removals.attach(id, link);
  }

  /** Makes a client this process's, before it is listened to here. Never rejects. @param whole with what waits for it */
  async claim(id: ClientId, whole = false): Promise<Whereabouts> {
    if (this.#has(id)) return 'here';
    // Who comes to a process that ends would only be given away once more.
    return this.#bus.answers && !this.#leaving ? this.#removals.claim(id, whole) : 'away';
  }

  /** What is known of a client of another process. Never rejects. */
  async find(id: ClientId): Promise<Found> {
    if (!this.#bus.answers) return 'away';
    try {
      return await this.#bus.directory.find(id);
    } catch {
      // Redis does not answer, which its connection tells.
      return 'away';
    }
  }

  /** Writes down who a client is. Rejects when it is another process's and cannot be told. */
  async save(id: ClientId, session: string): Promise<void> {
    if (this.#has(id)) await this.#roll.save(id, session);
    else await this.#bus.directory.save(id, session, false);
  }

  /** Connections end. What comes for the clients waits for who takes them over; when the bus closes, others get them. */
  disconnect(): void {
    this.#options.onDisconnect?.();
  }

  #has(id: ClientId): boolean {
    return this.#local.audience.get(id) !== undefined;
  }

  /** Faye's proxy as the local engine sees it: nothing goes out to a client that waits for what its former process has. */
  #host(): EngineHost {
    const proxy = this.#proxy;
    return {
      timeout: proxy.timeout,
      hasConnection: (id) => !this.#removals.holds(id) && proxy.hasConnection(id),
      deliver: (id, messages) => proxy.deliver(id, messages),
      trigger: (event, ...args) => proxy.trigger(event, ...args),
      destroyClient: (id) => void this.#destroy(id, true),
    };
  }

  async #connected(id: ClientId): Promise<void> {
    if ((await this.claim(id)) === 'here') this.#local.emptyQueue(id);
    else this.#proxy.flushConnection(id);
  }

  #leave(nodes: readonly string[]): Promise<void> {
    this.#leaving = true;
    const give = (id: ClientId, node: string): Promise<void> => this.#bus.directory.give(id, node, this.#roll.lease);
    return giveAll([...this.#local.audience.ids()], nodes, give);
  }

  #clear(): void {
    this.#roll.close();
    this.#removals.clear();
    this.#local.disconnect();
  }

  #send(id: ClientId, message: Message, again: boolean): void {
    if (this.#has(id)) this.#local.send(id, message);
    else this.#watch(this.#bus.directory.send(id, JSON.stringify({ ...message, clientId: undefined }), again));
  }

  #beaten(beat: Beat): void {
    for (const [id, { channels }] of beat.over) {
      this.#removals.exit(id);
      this.#ended(id, channels);
    }
    this.#roll.beaten(beat);
    // Written down as ours, and nobody has it: its end, or its coming, could not be said.
    for (const id of beat.late) if (!this.#has(id)) void this.#destroy(id, true);
  }

  /** @param mine only if no other process has it by now: nobody else is to be told of its end */
  async #destroy(id: ClientId, mine: boolean): Promise<void> {
    const here = this.#removals.exit(id);
    if (here) this.#trigger('close', id);
    const channels = await this.#roll.exit(id, mine, here);
    if (channels) this.#ended(id, channels);
    else if (here) this.#safely(() => this.#options.moves.given(id, false));
  }

  #ended(id: ClientId, channels: readonly Channel[]): void {
    for (const channel of channels) this.#trigger('unsubscribe', id, channel);
    this.#trigger('disconnect', id);
    this.#trigger('close', id);
  }

  #write(id: ClientId, channel: Channel, on: boolean, done: () => void): void {
    const written = this.#has(id) ? this.#change(id, channel, on) : this.#ask(id, channel, on);
    if (!written) {
      done();
    } else {
      this.#writes.add(id, written);
      this.#watch(written.then(done));
    }
  }

  /** For a client of this process. @returns undefined when there is nothing to wait for */
  #change(id: ClientId, channel: Channel, on: boolean): Promise<void> | undefined {
    const { audience } = this.#local;
    const changed = on ? audience.add(id, channel) : audience.take(id, channel);
    // Another process may have been asked the contrary a moment before, and the word of it still be on its way to here.
    if (!changed) return this.#bus.answers ? this.#ask(id, channel, on) : undefined;
    const said = this.#roll.subscribe(id, channel, on);
    if (!said) this.#tell(id, channel, on);
    // Another process may have been asked the same a moment before, and told of it.
    return said?.then((isNew) => {
      if (isNew !== false) this.#tell(id, channel, on);
    });
  }

  /** For a client of another process, or as if it were: whoever has it hears of this behind what was said before. */
  async #ask(id: ClientId, channel: Channel, on: boolean): Promise<void> {
    if (await this.#bus.directory.subscribe(id, channel, on, false)) this.#tell(id, channel, on);
  }

  #tell(id: ClientId, channel: Channel, on: boolean): void {
    this.#trigger(on ? 'subscribe' : 'unsubscribe', id, channel);
  }

  #trigger(event: string, ...args: unknown[]): void {
    this.#safely(() => this.#proxy.trigger(event, ...args));
  }

  #watch(work: Promise<unknown>): void {
    work.catch(this.#options.onError);
  }

  /** Listeners and extensions of the host's may throw where nobody waits for us. */
  #safely(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#options.onError(error);
    }
  }
}
