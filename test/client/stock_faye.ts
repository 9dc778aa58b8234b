// A stock Faye server for the tests of the page's client: it says what a test wants it to say about a room.
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { type Advice, faye, type NodeAdapter, type Reply, type RequestExtension } from '../../lib/bayeux/faye.js';
import type { FayeLibrary } from '../../lib/client/index.js';
import type { Delta, Snapshot } from '../../lib/client/roster.js';

/** Faye as `window.Faye` is. */
export const Faye = faye as unknown as FayeLibrary;

export type Received = Reply & {
  readonly auth?: unknown;
  /** `websocket` or `http`. */
  readonly by?: string;
};

export class StockFaye {
  /** What the reply to a subscription to `<room>/presence` carries, by that channel. */
  readonly snapshots = new Map<string, Snapshot>();
  /** What the server serves besides Faye, by path: HTML when it begins with a tag, else a script. */
  readonly pages = new Map<string, string>();
  /** Every message that came, in order. */
  readonly received: Received[] = [];
  /** Why a message is refused; undefined lets it in. */
  refuse: (message: Received) => string | undefined = () => undefined;
  /** Goes with every refusal. */
  advice: Advice = {};
  /** Replies to subscriptions wait for this. */
  welcome: Promise<unknown> = Promise.resolve();
  readonly #sockets = new Set<Socket>();
  #port = 0;
  #server: Server = createServer();
  #bayeux = this.#open();

  private constructor() {
    onTestFinished(() => this.stop());
  }

  /** Listens on a free port, below those that the system takes for outgoing connections. */
  static async start(): Promise<StockFaye> {
    const stock = new StockFaye();
    while (!(await stock.begin(20_000 + Math.floor(Math.random() * 12_000))));
    return stock;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/faye`;
  }

  /** What came on a channel. */
  on(channel: string): Received[] {
    return this.received.filter((message) => message.channel === channel);
  }

  publish(channel: string, data: unknown): void {
    this.#bayeux._server._engine.publish({ channel, data });
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

  /** Begins, or begins again on the same port and knows no client. @returns whether the port was free */
  async begin(port = this.#port): Promise<boolean> {
    this.#port = port;
    this.#bayeux = this.#open();
    this.#server = createServer((request, response) => {
      const page = this.pages.get(request.url ?? '');
      response.writeHead(page === undefined ? 404 : 200, {
        'Content-Type': page?.startsWith('<') ? 'text/html' : 'text/javascript',
      });
      response.end(page);
    });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#bayeux.attach(this.#server);
    return new Promise((resolve) => {
      this.#server.once('error', () => resolve(false));
      this.#server.listen(port, '127.0.0.1', () => resolve(true));
    });
  }

  #open(): NodeAdapter {
    const bayeux = new faye.NodeAdapter({ mount: '/faye', timeout: 20 });
    const asked: RequestExtension = {
      incoming: (message, request, next) => {
        this.received.push({ ...message, by: request?.headers.upgrade ?? 'http' });
        const error = this.refuse(message);
        next(error ? { ...message, error } : message);
      },
    };
    bayeux.addExtension(asked);
    bayeux.addExtension({
      outgoing: (message, next) => {
        if (message.error) message.advice = { ...message.advice, ...this.advice };
        if (message.channel !== '/meta/subscribe') return next(message);
        const presence = message.successful && this.snapshots.get(String(message.subscription));
        this.welcome.then(() => next(presence ? { ...message, ext: { presence } } : message));
      },
    });
    return bayeux;
  }
}
