// A tab: a bare Bayeux client on a WebSocket, which sees every message as it is on the wire.
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';

export interface Wire {
  channel: string;
  id?: string;
  clientId?: string;
  successful?: boolean;
  error?: string;
  data?: never;
  advice?: { reconnect?: string; interval?: number; timeout?: number };
  ext?: { presence?: Record<string, unknown> };
  [field: string]: unknown;
}

export class Tab {
  readonly received: Wire[] = [];
  readonly #socket: WebSocket;
  readonly #watchers = new Set<() => void>();
  #id = 0;
  clientId = '';
  /** Sent with every message. */
  auth: object | undefined;

  private constructor(socket: WebSocket, auth: object | undefined) {
    this.#socket = socket;
    this.auth = auth;
    socket.on('message', (data) => {
      this.received.push(...(JSON.parse(data.toString()) as Wire[]));
      for (const watcher of this.#watchers) watcher();
    });
    socket.on('close', () => {
      for (const watcher of this.#watchers) watcher();
    });
    // A connection that the server cut; `closed` says so.
    socket.on('error', () => undefined);
  }

  /** @param faye `http://…/faye` */
  static async open(faye: string, auth?: object): Promise<Tab> {
    const socket = new WebSocket(faye.replace('http', 'ws'));
    const tab = new Tab(socket, auth);
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    onTestFinished(() => socket.terminate());
    return tab;
  }

  get closed(): boolean {
    return this.#socket.readyState === WebSocket.CLOSED;
  }

  /** Sends a message and waits for its reply. */
  ask(message: object): Promise<Wire> {
    const id = this.tell(message);
    return this.waitFor((wire) => wire.id === id && wire.successful !== undefined);
  }

  /** Sends a message. @returns its id */
  tell(message: object): string {
    const id = String(++this.#id);
    this.send(JSON.stringify([{ id, clientId: this.clientId || undefined, auth: this.auth, ...message }]));
    return id;
  }

  send(text: string | Buffer): void {
    this.#socket.send(text);
  }

  /** Reads nothing any more. */
  pause(): void {
    this.#socket.pause();
  }

  /** Reads on. */
  resume(): void {
    this.#socket.resume();
  }

  async handshake(): Promise<Wire> {
    const reply = await this.ask({
      channel: '/meta/handshake',
      version: '1.0',
      supportedConnectionTypes: ['websocket', 'long-polling'],
    });
    this.clientId = reply.clientId ?? '';
    return reply;
  }

  subscribe(subscription: string | string[]): Promise<Wire> {
    return this.ask({ channel: '/meta/subscribe', subscription });
  }

  /** The answer comes after the time-out, so it is not waited for. */
  connect(): string {
    return this.tell({ channel: '/meta/connect', connectionType: 'websocket' });
  }

  disconnect(): Promise<Wire> {
    return this.ask({ channel: '/meta/disconnect' });
  }

  /** Handshake, subscriptions, connect. */
  async come(...subscriptions: string[]): Promise<this> {
    await this.handshake();
    for (const subscription of subscriptions) await this.subscribe(subscription);
    this.connect();
    return this;
  }

  /** The data of all messages on a channel so far. */
  on(channel: string): unknown[] {
    return this.received.filter((wire) => wire.channel === channel && wire.data !== undefined).map(({ data }) => data);
  }

  /** Waits for a message, past ones included. */
  waitFor(wanted: (wire: Wire) => boolean): Promise<Wire> {
    return this.until(() => this.received.find(wanted));
  }

  /** Waits until what is asked for is there. */
  until<T>(found: () => T | undefined | false): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const result = found();
        if (result !== undefined && result !== false) settle(() => resolve(result));
        else if (this.closed) settle(() => reject(new Error(`closed before it came: ${this.#tail()}`)));
      };
      const timer = setTimeout(() => settle(() => reject(new Error(`did not come: ${this.#tail()}`))), 10_000);
      const settle = (how: () => void): void => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        how();
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Closes the socket as a browser does when its page goes. */
  close(): void {
    this.#socket.close();
  }

  /** Cuts the connection without a word. */
  cut(): void {
    this.#socket.terminate();
  }

  #tail(): string {
    return JSON.stringify(this.received.slice(-5));
  }
}
