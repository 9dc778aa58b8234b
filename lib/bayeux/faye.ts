// The typed door to faye, which ships no types: exactly what we use of it, and nothing else.

import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { Duplex } from 'node:stream';

/** A Bayeux message after the guard: only fields that the protocol knows. */
export interface Message {
  channel: string;
  id?: string | number | undefined;
  clientId?: string | undefined;
  data?: unknown;
  version?: string | undefined;
  minimumVersion?: string | undefined;
  supportedConnectionTypes?: string[] | undefined;
  connectionType?: string | undefined;
  subscription?: string | string[] | undefined;
  advice?: Advice | undefined;
}

export interface Advice {
  reconnect?: 'retry' | 'handshake' | 'none' | undefined;
  interval?: number | undefined;
  timeout?: number | undefined;
}

/** A reply to a message, or a message that is delivered to a subscriber. */
export interface Reply extends Message {
  successful?: boolean | undefined;
  error?: string | undefined;
  ext?: Record<string, unknown> | undefined;
}

type Pass = (message: Reply | null) => void;

/** https://faye.jcoglan.com/node/extensions.html */
export interface Extension {
  added?(host: unknown): void;
  removed?(host: unknown): void;
  incoming?(message: Reply, callback: Pass): void;
  outgoing?(message: Reply, callback: Pass): void;
}

/** The same with the request: null for messages of the server itself. Faye tells the two apart by counting parameters. */
export interface RequestExtension {
  added?(host: unknown): void;
  removed?(host: unknown): void;
  incoming?(message: Reply, request: IncomingMessage | null, callback: Pass): void;
  outgoing?(message: Reply, request: IncomingMessage | null, callback: Pass): void;
}

/** What Faye asks of the socket object of a client. */
export interface FayeSocket {
  send(text: string): void;
  close(): void;
}

/** https://faye.jcoglan.com/node/engines.html */
export interface FayeEngine {
  createClient(callback: (this: unknown, id: string) => void, context?: unknown): void;
  clientExists(id: string | undefined, callback: (this: unknown, exists: boolean) => void, context?: unknown): void;
  destroyClient(id: string, callback?: (this: unknown) => void, context?: unknown): void;
  ping(id: string): void;
  subscribe(id: string, channel: string, callback?: (this: unknown, done: true) => void, context?: unknown): void;
  unsubscribe(id: string, channel: string, callback?: (this: unknown, done: true) => void, context?: unknown): void;
  publish(message: Message, channels: string[]): void;
  emptyQueue(id: string): void;
  disconnect?(): void;
}

export interface EngineType {
  create(proxy: EngineProxy, options: object): FayeEngine;
}

/** What Faye gives an engine: its connections and its events. */
export interface EngineProxy {
  readonly timeout: number;
  readonly interval: number;
  hasConnection(id: string): boolean;
  deliver(id: string, messages: Reply[]): boolean;
  flushConnection(id: string, close?: boolean): void;
  destroyClient(id: string): void;
  unsubscribe(id: string, channel: string, callback?: (this: unknown, done: true) => void, context?: unknown): void;
  publish(message: Message): void;
  trigger(event: string, ...args: unknown[]): void;
}

/** Faye's protocol server: handshake, connect, subscribe and so on. */
export interface ProtocolServer {
  readonly _engine: EngineProxy;
  readonly _extensions?: (Extension | RequestExtension)[];
  process(messages: Message | Message[], request: IncomingMessage | null, callback: (replies: Reply[]) => void): void;
  openSocket(clientId: string, socket: FayeSocket, request: IncomingMessage): void;
  closeSocket(clientId: string, close?: boolean): void;
}

/** The events of `bind()`: https://faye.jcoglan.com/node/monitoring.html */
export interface BoundEvents {
  handshake: [clientId: string];
  subscribe: [clientId: string, channel: string];
  unsubscribe: [clientId: string, channel: string];
  publish: [clientId: string | undefined, channel: string, data: unknown];
  disconnect: [clientId: string];
}

export interface NodeAdapter {
  readonly _server: ProtocolServer;
  /** There once `getClient()` was called. */
  readonly _client?: FayeClient;
  addExtension(extension: Extension): void;
  addExtension(extension: RequestExtension): void;
  removeExtension(extension: Extension | RequestExtension): void;
  getClient(): FayeClient;
  bind<E extends keyof BoundEvents>(event: E, listener: (...args: BoundEvents[E]) => void, context?: unknown): void;
  unbind<E extends keyof BoundEvents>(event: E, listener?: (...args: BoundEvents[E]) => void, context?: unknown): void;
  attach(server: HttpServer): void;
  handle(request: IncomingMessage, response: ServerResponse): void;
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

export interface NodeAdapterOptions {
  mount?: string;
  timeout?: number;
  ping?: number;
  engine?: { type: EngineType } & Record<string, unknown>;
  extensions?: Extension | Extension[];
}

export interface FayeSubscription extends PromiseLike<void> {
  cancel(): void;
}

/** Faye's client, in the process (`getClient()`) or over the network. */
export interface FayeClient {
  addExtension(extension: Extension): void;
  bind(event: 'transport:down' | 'transport:up', listener: () => void): void;
  connect(callback?: () => void): void;
  disable(feature: string): void;
  disconnect(): PromiseLike<void> | undefined;
  publish(channel: string, data: unknown, options?: { attempts?: number; deadline?: number }): PromiseLike<void>;
  setHeader(name: string, value: string): void;
  subscribe(channel: string | string[], listener: (data: never) => void): FayeSubscription;
}

interface Faye {
  readonly VERSION: string;
  readonly NodeAdapter: new (options?: NodeAdapterOptions) => NodeAdapter;
  readonly Client: new (url: string, options?: Record<string, unknown>) => FayeClient;
}

export const faye = createRequire(import.meta.url)('faye') as Faye;
