// The inside of Faye.Client (faye 1.4), typed, as far as we have to reach into it.
import type { Advice, FayeClient, FayeExtension, FayePromise, Message } from './faye.js';

/** A message on its way, until its reply comes. Without `request` it waits for its next try. */
export interface Envelope {
  readonly message: Message;
  request: unknown;
  timer: ReturnType<typeof setTimeout> | null;
}

/** The half of a client that knows one server: its transports, and what is on its way to it. */
export interface Dispatcher {
  /** Whom it tells of the transport. */
  _client: FayeClient;
  readonly endpoint: { readonly href: string };
  readonly clientId?: string | null;
  readonly connectionType?: string;
  readonly headers: object;
  _disabled: string[];
  /** Seconds between the tries of a message. */
  retry: number;
  readonly _envelopes: Map<string, Envelope>;
  /** `_outbox`: what goes out together with the next request. */
  readonly _transport?: { readonly _outbox: Message[]; sendMessage(message: Message): unknown };
  /** The WebSockets by URL. One that could not be opened stays here as such. */
  transports: { readonly websocket?: Map<string, Pick<FayePromise, 'callback' | 'errback'> & { close(): void }> };
  selectTransport(types: string[]): void;
  sendMessage(message: Message, timeout: number, options: object): void;
  _sendEnvelope(envelope: Envelope): void;
  close(): void;
  bind(event: 'message', listener: (message: Message) => void, context?: unknown): void;
  unbind(event: 'message', listener?: (message: Message) => void): void;
}

export interface Inside {
  _state: number;
  readonly UNCONNECTED: number;
  readonly CONNECTED: number;
  readonly DISCONNECTED: number;
  readonly _advice: Advice;
  readonly _channels: { getKeys(): string[] };
  _messageId: number;
  /** A connect is on its way. */
  _connectRequest: boolean | null;
  readonly _responseCallbacks: Map<string, unknown>;
  _dispatcher: Dispatcher;
  trigger(event: 'transport:up' | 'transport:down'): void;
  pipeThroughExtensions(
    stage: keyof FayeExtension,
    message: Message,
    request: null,
    next: (message: Message | null) => void,
  ): void;
  _receiveMessage(message: Message): void;
}

export const inside = (client: FayeClient): Inside => client as unknown as Inside;
