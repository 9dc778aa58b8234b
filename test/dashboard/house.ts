// A dashboard on a real server.
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import express, { type Express } from 'express';
import { Addresses } from '../../lib/addresses.js';
import { createDashboard, type DashboardOptions } from '../../lib/dashboard/index.js';
import { uidText } from '../../lib/identity/names.js';
import { originsOf } from '../../lib/origins.js';
import { calm, NOON, report } from './people.js';

export const CREDENTIALS = { user: 'admin', password: 'open sesame' };
export const SIGNED_IN = { authorization: `Basic ${Buffer.from('admin:open sesame').toString('base64')}` };

/** What a request brings that `fetch` would put right by itself. */
export interface Raw {
  readonly method?: string;
  readonly headers?: Record<string, string>;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface House {
  readonly origin: string;
  /** The dashboard's address, without a slash at the end. */
  readonly home: string;
  readonly errors: unknown[];
  /** Asks for a path beneath the dashboard, signed in unless `headers` are given. */
  get(path: string, init?: RequestInit): Promise<Response>;
  html(path: string): Promise<string>;
  json(path: string): Promise<unknown>;
  /** Sends a path as it is, from the root of the host, with no credentials of its own. */
  raw(path: string, options?: Raw): Promise<RawAnswer>;
  close(): Promise<void>;
}

export interface HouseOptions extends Partial<DashboardOptions> {
  readonly mount?: string;
  /** Sets the host's own application up before the dashboard is mounted in it. */
  readonly host?: (app: Express) => void;
}

/** Opens a host application with the dashboard in it; access is by password unless `access` is named. */
export async function openHouse({ mount = '/online', host, ...options }: HouseOptions = {}): Promise<House> {
  const errors: unknown[] = [];
  const app = express();
  host?.(app);
  const addresses = new Addresses(undefined);
  const own = originsOf([], addresses);
  app.use((request, _response, next) => {
    addresses.see(request);
    next();
  });
  app.use(
    mount,
    createDashboard({
      report,
      status: async () => calm,
      access: CREDENTIALS,
      production: true,
      timeZone: 'Europe/Berlin',
      now: () => NOON,
      addressOf: (request) => addresses.of(request),
      isOwnOrigin: (request) => own(request) === 'own',
      isUid: (text) => uidText.safeParse(text).success,
      onError: (error) => errors.push(error),
      ...options,
    }),
  );
  const server = createServer(app);
  const origin = `http://127.0.0.1:${await listen(server)}`;
  const get = (path: string, init: RequestInit = { headers: SIGNED_IN }) => fetch(`${origin}${mount}${path}`, init);
  return {
    origin,
    home: `${origin}${mount}`,
    errors,
    get,
    html: async (path) => (await get(path)).text(),
    json: async (path) => JSON.parse(await (await get(path)).text()),
    raw: (path, options = {}) => ask(origin, path, options),
    close: () => close(server),
  };
}

function ask(origin: string, path: string, { method = 'GET', headers = {} }: Raw): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request(origin, { path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, body: Buffer.concat(chunks).toString() });
      });
    });
    asked.on('error', reject).end();
  });
}

/** Listens on a free port below those that the system gives to outgoing connections. */
async function listen(server: Server): Promise<number> {
  const port = 20_000 + Math.floor(Math.random() * 12_000);
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
  });
  return free ? port : listen(server);
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** The words of a page, without its tags. */
export function text(html: string): string {
  const main = html.slice(html.indexOf('<main'));
  return main.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
}
