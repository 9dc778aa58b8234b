// Faye.Client as a page sees it: its public face, typed. https://faye.jcoglan.com/browser.html

/** A Bayeux message, sent or received. */
export interface Message {
  channel: string;
  id?: string;
  clientId?: string;
  subscription?: string | string[];
  connectionType?: string;
  supportedConnectionTypes?: unknown[];
  data?: unknown;
  successful?: boolean;
  error?: string;
  advice?: Advice;
  ext?: { [name: string]: unknown };
  auth?: unknown;
}

export interface Advice {
  reconnect?: string;
  interval?: number;
  timeout?: number;
}

export interface FayeExtension {
  incoming?(message: Message, next: (message: Message | null) => void): void;
  outgoing?(message: Message, next: (message: Message | null) => void): void;
}

/** What Faye returns at once and settles later. */
export interface FayePromise {
  then(done?: () => void, failed?: (error: { code: number; params: string[]; message: string }) => void): unknown;
  callback(done: () => void): void;
  errback(failed: (error: { code: number; params: string[]; message: string }) => void): void;
}

export interface FayeSubscription extends FayePromise {
  withChannel(listener: (channel: string, data: never) => void): FayeSubscription;
  cancel(): void;
}

export interface FayeClient {
  subscribe(channel: string | string[], listener?: (data: never) => void, context?: unknown): FayeSubscription;
  publish(channel: string, data: unknown, options?: { attempts?: number; deadline?: number }): FayePromise;
  connect(callback?: () => void, context?: unknown): void;
  disconnect(): FayePromise | undefined;
  disable(feature: string): void;
  setHeader(name: string, value: string): void;
  addExtension(extension: FayeExtension): void;
  removeExtension(extension: FayeExtension): void;
  bind(event: 'transport:up' | 'transport:down', listener: () => void, context?: unknown): void;
  unbind(event: 'transport:up' | 'transport:down', listener?: () => void, context?: unknown): void;
}

/** The library: `window.Faye` of the script `client.js`, or the `faye` package. */
export interface FayeLibrary {
  readonly Client: new (url: string, options?: object) => FayeClient;
}
