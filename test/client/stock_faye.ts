// A stock Faye server for the tests of the page's client: it says what a test wants it to say about a room.
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { type Advice, faye, type NodeAdapter, type Reply } from '../../lib/bayeux/faye.js';
import type { FayeLibrary } from '../../lib/client/index.js';
import type { Delta, Snapshot } from '../../lib/client/roster.js';
import { listen, portOf } from '../support/servers.js';

/** Faye as `window.Faye` is. */
export const Faye = faye as unknown as FayeLibrary;

export type Received = Reply & { readonly auth?: unknown };

export class StockFaye {
  /** What the reply to a subscription to `<room>/presence` carries, by that channel. */
  readonly snapshots = new Map<string, Snapshot>();
  /** Every message that came, in order. */
  readonly received: Received[] = [];
  /** Why a message is refused; undefined lets it in. */
  refuse: (message: Received) => string | undefined = () => undefined;
  /** Goes with every refusal. */
  advice: Advice = {};
  /** Replies to subscriptions wait for this. */
  welcome: Promise<unknown> = Promise.resolve();
  readonly #sockets = new Set<Socket>();
  #server: Server;
  #bayeux = this.#open();

  private constructor(server: Server) {
    this.#server = server;
    this.#attach();
  }

  static async start(): Promise<StockFaye> {
    const stock = new StockFaye(await listen(() => undefined));
    onTestFinished(() => stock.stop());
    return stock;
  }

  get url(): string {
    return `http://127.0.0.1:${portOf(this.#server)}/faye`;
  }

  /** What came on a channel. */
  on(channel: string): Received[] {
    return this.received.filter((message) => message.channel === channel);
  }

  publish(channel: string, data: unknown): void {
    this.#bayeux.getClient().publish(channel, data);
  }

  tell(room: string, delta: Delta): void {
    this.publish(`${room}/presence`, delta);
  }

  /** Breaks all connections. */
  breakOff(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.#bayeux.close();
    this.breakOff();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Comes back on the same port, and knows no client. */
  async restart(): Promise<void> {
    const port = portOf(this.#server);
    await this.stop();
    this.#server = createServer();
    this.#bayeux = this.#open();
    this.#attach();
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
  }

  #open(): NodeAdapter {
    const bayeux = new faye.NodeAdapter({ mount: '/faye', timeout: 20 });
    bayeux.addExtension({
      incoming: (message: Received, request, next) => {
        // Faye's own client in this process has no request.
        if (request) this.received.push({ ...message });
        const error = request ? this.refuse(message) : undefined;
        next(error ? { ...message, error } : message);
      },
      outgoing: (message, next) => {
        if (message.error) message.advice = { ...message.advice, ...this.advice };
        if (message.channel !== '/meta/subscribe') return next(message);
        const presence = message.successful && this.snapshots.get(String(message.subscription));
        this.welcome.then(() => next(presence ? { ...message, ext: { presence } } : message));
      },
    });
    return bayeux;
  }

  #attach(): void {
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#bayeux.attach(this.#server);
  }
}
