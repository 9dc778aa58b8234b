// Starts servers on free ports below the range from which the system takes outgoing ones, and ends them.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express } from 'express';
import { onTestFinished } from 'vitest';
import { type FayeOnline, fayeOnline, type Options } from '../../lib/index.js';

const FIRST = 12_000;
const LAST = 32_000;

/** Listens on a free port. */
export async function listen(listener: RequestListener): Promise<Server> {
  for (;;) {
    const server = createServer(listener);
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    const listening = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (listening) return server;
  }
}

export const portOf = (server: Server): number => (server.address() as AddressInfo).port;

export interface House {
  readonly online: FayeOnline;
  readonly server: Server;
  readonly app: Express;
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** The same with `/faye`. */
  readonly faye: string;
  /** Ends it before the test does. */
  close(): Promise<void>;
}

export interface HouseOptions extends Options {
  /** Where the middleware is mounted; default at the root. */
  readonly under?: string;
  /** Middlewares of the host that come first. */
  readonly before?: (app: Express) => void;
  /** Routes of the host that come after. */
  readonly after?: (app: Express) => void;
  /** Find the upgrades by itself. */
  readonly detached?: boolean;
}

/** A whole server in this process, with its history in memory, that ends with the test. */
export async function startHouse({ under = '/', before, after, detached, ...options }: HouseOptions): Promise<House> {
  const online = fayeOnline({ database: 'sqlite::memory:', ...options });
  const app = express();
  before?.(app);
  app.use(under, online);
  after?.(app);
  const server = await listen(app);
  const prefix = under === '/' ? '' : under;
  if (!detached) online.attach(server, prefix);
  await online.ready;
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= online.close().then(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    });
    return closed;
  };
  onTestFinished(close);
  const url = `http://127.0.0.1:${portOf(server)}`;
  return { online, server, app, url, faye: `${url}${prefix}/faye`, close };
}
