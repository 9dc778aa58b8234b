// What proved who a client is, as numbers: neither a claim, nor its token, nor a cookie stays in memory for every client.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** FNV-1a, offset basis and prime. */
const BASIS = 0x811c9dc5 | 0;
const PRIME = 0x01000193;

/**
 * A number for a claim (of its JSON). It only saves proving the same claim again: two claims with one number cannot make a
 * client somebody else, or put it anywhere; the later one is merely overlooked.
 */
export const digest = (auth: unknown): number => fnv(JSON.stringify(auth) ?? '', BASIS);

const known = new WeakMap<IncomingHttpHeaders, number>();

/** A number for whatever in a request's headers may say who sent it: cookies, `Authorization`, headers of the site's own. */
export function credentials({ headers }: IncomingMessage): number {
  const before = known.get(headers);
  if (before !== undefined) return before;
  let hash = BASIS;
  for (const [name, value] of Object.entries(headers)) {
    if (!SAYS_NOTHING.test(name)) hash = fnv(`${name}:${value}\n`, hash);
  }
  known.set(headers, hash);
  return hash;
}

/** Headers of the connection, the page and the message, which are not the same each time that the same browser asks. */
const SAYS_NOTHING = new RegExp(
  `^(${[
    'accept.*|cache-control|connection|content-.*|dnt|expect|forwarded|host|http2-settings|keep-alive|origin|pragma|priority',
    'referer|sec-.*|te|trailer|transfer-encoding|upgrade.*|user-agent|via|x-forwarded-(for|host|port|proto|server)|x-real-ip',
    'x-request-id|x-requested-with',
  ].join('|')})$`,
);

function fnv(text: string, basis: number): number {
  let hash = basis;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), PRIME);
  return hash;
}
