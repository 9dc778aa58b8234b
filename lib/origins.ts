// Which pages may open WebSockets here.
import type { IncomingMessage } from 'node:http';
import type { Config } from './options.js';

/**
 * A browser sends cookies with an upgrade from any page. Where they decide who somebody is (`authenticate`), only pages of
 * this site, and of the origins that the host names, may open a WebSocket.
 */
export function foreignTo({ authenticate, origins = [] }: Config): (request: IncomingMessage) => boolean {
  return ({ headers: { host, origin } }) => {
    if (!authenticate || origin === undefined || origins.includes(origin)) return false;
    return !URL.canParse(origin) || new URL(origin).host !== host;
  };
}
