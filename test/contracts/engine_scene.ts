// The scene of the engine contract: an engine behind Faye's own proxy, as in a process of its own, and what it told.
import { createRequire } from 'node:module';
import { onTestFinished, vi } from 'vitest';
import type { EngineProxy, EngineType, FayeEngine, Message } from '../../lib/bayeux/faye.js';
import type { Channel, ClientId } from '../../lib/domain.js';

/** Faye's proxy, as its server uses it. */
interface EngineOfFaye
  extends EngineProxy,
    Pick<FayeEngine, 'createClient' | 'clientExists' | 'subscribe' | 'unsubscribe'> {
  destroyClient(id: ClientId, callback?: () => void): void;
  disconnect(): void;
  connect(id: ClientId, options: { timeout?: number }, callback: (messages: Message[]) => void): void;
  bind(event: string, listener: (...args: unknown[]) => void): void;
}

const require = createRequire(import.meta.url);
const FayeProxy = require('faye/src/engines/proxy') as { get(options: object): EngineOfFaye };

export interface EngineKind {
  readonly name: string;
  readonly type: EngineType;
  /** Options for processes that know one another, and nobody else. */
  readonly options: () => Promise<object>;
  /** Whether processes share their clients. */
  readonly shared: boolean;
  /** Sentences that it keeps at one time and not at another, so that nothing can be asked of it there. */
  readonly wavers?: readonly string[];
}

/** Seconds. */
export const TIMEOUT = 0.4;
const EVENTS = ['handshake', 'subscribe', 'unsubscribe', 'publish', 'disconnect'];

export class Process {
  readonly #proxy: EngineOfFaye;
  /** What was told, as `disconnect a1`, in order. */
  readonly told: string[] = [];
  readonly received = new Map<ClientId, Message[]>();
  #ended = false;

  constructor(type: EngineType, options: object, timeout: number) {
    this.#proxy = FayeProxy.get({ ...options, type, timeout });
    for (const event of EVENTS) {
      this.#proxy.bind(event, (...args) => this.told.push([event, ...args.map(textOf)].join(' ')));
    }
  }

  /** A client, which does not listen yet. */
  handshake(): Promise<ClientId> {
    return new Promise((resolve) => this.#proxy.createClient(resolve));
  }

  knows(id: ClientId | undefined): Promise<boolean> {
    return new Promise((resolve) => this.#proxy.clientExists(id, resolve));
  }

  subscribe(id: ClientId, channel: Channel): Promise<unknown> {
    return new Promise((resolve) => this.#proxy.subscribe(id, channel, resolve));
  }

  unsubscribe(id: ClientId, channel: Channel): Promise<unknown> {
    return new Promise((resolve) => this.#proxy.unsubscribe(id, channel, resolve));
  }

  publish(channel: Channel, data: unknown, clientId?: ClientId): void {
    this.#proxy.publish({ channel, data, ...(clientId === undefined ? {} : { clientId }) });
  }

  say(message: Message): void {
    this.#proxy.publish(message);
  }

  destroy(id: ClientId): Promise<unknown> {
    return new Promise((resolve) => this.#proxy.destroyClient(id, () => resolve(undefined)));
  }

  /** One poll: what it brings, or nothing when its time is over. */
  poll(id: ClientId, timeout = 10_000): Promise<Message[]> {
    return new Promise((resolve) => this.#proxy.connect(id, { timeout }, resolve));
  }

  /** Polls again and again, until somebody says stop. */
  listen(id: ClientId): { stop(): void } {
    const inbox = this.#inbox(id);
    let stopped = false;
    const again = (): void => {
      if (stopped || this.#ended) return;
      this.#proxy.connect(id, {}, (messages) => {
        inbox.push(...messages);
        setImmediate(again);
      });
    };
    again();
    return {
      stop: () => {
        stopped = true;
        this.#proxy.flushConnection(id);
      },
    };
  }

  /** The data of what a listening client got. */
  heard(id: ClientId): unknown[] {
    return this.#inbox(id).map(({ data }) => data);
  }

  times(event: string): number {
    return this.told.filter((told) => told === event).length;
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#proxy.disconnect();
  }

  #inbox(id: ClientId): Message[] {
    const inbox = this.received.get(id) ?? [];
    this.received.set(id, inbox);
    return inbox;
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Processes that end with the test, once they serve. */
export async function processes(kind: EngineKind, count: number, timeout = 30): Promise<Process[]> {
  const options = await kind.options();
  // One that is alone on Redis shows that Redis is there by another that hears of it.
  const length = kind.shared ? Math.max(count, 2) : count;
  const all = Array.from({ length }, () => new Process(kind.type, options, timeout));
  onTestFinished(() => {
    for (const one of all) one.end();
  });
  await vi.waitFor(() => eachHears(all), { timeout: 10_000 });
  return all;
}

/** A client of each process has heard every other process: all of them are up. */
async function eachHears(all: readonly Process[]): Promise<void> {
  for (const one of all) {
    const id = await one.handshake();
    for (const other of all) if (!(await other.knows(id))) throw new Error('not yet');
    await one.destroy(id);
  }
  for (const one of all) one.told.length = 0;
}
