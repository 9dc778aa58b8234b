// What Express sees: Faye's path, the page's scripts, the dashboard, and `req.online` for the host's own routes.
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import express, { type Request, type RequestHandler } from 'express';
import type { Addresses } from './addresses.js';
import type { Adapter } from './bayeux/adapter.js';
import type { Channel, Roster } from './domain.js';
import type { TokenClaims, TokenOptions } from './identity/tokens.js';
import type { ChannelCount } from './report.js';
import { ROOT } from './root.js';

/** `req.online`: the same answers as the server API gives, and what a page needs. */
export interface RequestOnline {
  /** The rooms that have users now, the fullest first. */
  rooms(): Promise<ChannelCount[]>;
  /** Who is in a room now, longest present first. */
  room(channel: Channel): Promise<Roster>;
  /** How many users are in a room. */
  count(channel: Channel): Promise<number>;
  /** A token for the signed-in user, to be put into the page. */
  token(claims: TokenClaims, options?: TokenOptions): Promise<string>;
  /** Where Faye is for this request: `/faye`, with the prefix that the middleware is mounted at. */
  readonly url: string;
  /** The script tags of a page, in their order. */
  readonly scripts: string;
}

declare global {
  namespace Express {
    interface Request {
      online: RequestOnline;
    }
  }
}

export interface MiddlewareOptions {
  readonly bayeux: Adapter;
  readonly addresses: Addresses;
  readonly mount: string;
  readonly dashboard: RequestHandler;
  readonly answers: Pick<RequestOnline, 'rooms' | 'room' | 'token'>;
}

const DASHBOARD = '/online';
const FAYE_CLIENT = join(createRequire(import.meta.url).resolve('faye/package.json'), '../client/faye-browser-min.js');
const OUR_CLIENT = join(ROOT, 'public', 'faye-online.js');
const OUR_MODULE = join(ROOT, 'public', 'faye-online.mjs');
/** Some package managers keep packages below a folder whose name begins with a dot. */
const ANYWHERE = { dotfiles: 'allow' } as const;

export function createMiddleware({ bayeux, addresses, mount, dashboard, answers }: MiddlewareOptions): RequestHandler {
  const router = express.Router({ caseSensitive: true });
  router.use((request, _response, next) => {
    // The upgrades of this server are ours from its first request on; attach() does it before that.
    const { server } = request.socket as { server?: Server };
    if (server) bayeux.find(server, request.baseUrl);
    addresses.see(request);
    request.online = requestOnline(request, mount, answers);
    next();
  });
  for (const [name, file] of Object.entries({ client: FAYE_CLIENT, 'faye-online': OUR_CLIENT })) {
    router.get(`${mount}/${name}.js`, (_request, response) => response.sendFile(file, ANYWHERE));
  }
  router.get(`${mount}/faye-online.mjs`, (_request, response) => response.sendFile(OUR_MODULE, ANYWHERE));
  router.use(mount, (request, response) => bayeux.handle(request, response));
  router.use(DASHBOARD, dashboard);
  return router;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

function requestOnline(request: Request, mount: string, answers: MiddlewareOptions['answers']): RequestOnline {
  const url = escapeHtml(request.baseUrl + mount);
  return {
    ...answers,
    count: async (channel) => (await answers.room(channel)).count,
    url,
    scripts: `<script src="${url}/client.js"></script>\n<script src="${url}/faye-online.js"></script>`,
  };
}
