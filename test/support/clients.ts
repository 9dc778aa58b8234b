// The independent Bayeux clients that pages use: Faye's own and CometD's, each on one transport.
import { createRequire } from 'node:module';
import { onTestFinished } from 'vitest';
import { type FayeClient, faye } from '../../lib/bayeux/faye.js';

export type Transport = 'websocket' | 'long-polling';
export const TRANSPORTS: readonly Transport[] = ['websocket', 'long-polling'];

/** `npm i faye`, with an extension that adds `auth` to every message as the gem's README does. */
export function fayeClient(url: string, transport: Transport, auth?: object): FayeClient {
  const client = new faye.Client(url, { retry: 1 });
  if (transport === 'long-polling') client.disable('websocket');
  if (auth) client.addExtension({ outgoing: (message, callback) => callback(Object.assign(message, { auth })) });
  onTestFinished(() => void client.disconnect());
  return client;
}

interface CometD {
  configure(options: { url: string; logLevel?: string; appendMessageTypeToURL?: boolean }): void;
  unregisterTransports(): void;
  registerTransport(type: string, transport: object): void;
  findTransport(type: string): object | null;
  registerExtension(name: string, extension: { outgoing(message: object): object }): void;
  handshake(callback: (reply: { successful: boolean }) => void): void;
  subscribe(
    channel: string,
    listener: (message: { data: unknown }) => void,
    callback: (reply: Acknowledged) => void,
  ): void;
  publish(channel: string, data: unknown, callback: (reply: Acknowledged) => void): void;
  disconnect(callback: (reply: Acknowledged) => void): void;
}

interface Acknowledged {
  readonly successful: boolean;
}

/** `npm i cometd`, with its calls as promises. */
export class CometClient {
  readonly #cometd: CometD;
  #gone: Promise<unknown> | undefined;

  constructor(url: string, transport: Transport, auth: object) {
    const require = createRequire(import.meta.url);
    (require('cometd-nodejs-client') as { adapt(): void }).adapt();
    const { CometD } = require('cometd') as { CometD: new () => CometD };
    const cometd = new CometD();
    this.#cometd = cometd;
    cometd.configure({ url, logLevel: 'error' });
    const chosen = cometd.findTransport(transport);
    cometd.unregisterTransports();
    if (chosen) cometd.registerTransport(transport, chosen);
    cometd.registerExtension('auth', { outgoing: (message) => Object.assign(message, { auth }) });
    onTestFinished(async () => void (await this.disconnect()));
  }

  handshake(): Promise<Acknowledged> {
    return new Promise((resolve) => this.#cometd.handshake(resolve));
  }

  subscribe(channel: string, listener: (data: unknown) => void): Promise<Acknowledged> {
    return new Promise((resolve) => this.#cometd.subscribe(channel, ({ data }) => listener(data), resolve));
  }

  publish(channel: string, data: unknown): Promise<Acknowledged> {
    return new Promise((resolve) => this.#cometd.publish(channel, data, resolve));
  }

  /** Says goodbye, once: CometD never answers a second one. */
  disconnect(): Promise<unknown> {
    this.#gone ??= new Promise((resolve) => this.#cometd.disconnect(resolve));
    return this.#gone;
  }
}
