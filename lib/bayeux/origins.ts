// Pages of other sites: who of them may come, and what their browsers are told (https://fetch.spec.whatwg.org/#http-cors-protocol).
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Whether the page that a request comes from is of this site (or there is none), of an origin that is allowed, or of another. */
export type Origins = (request: IncomingMessage) => 'own' | 'listed' | 'foreign';

export const FOREIGN = 'Pages of this origin may not come here: list it in the option "origins"';

/** A day; browsers keep it for less. */
const PREFLIGHT = {
  'Access-Control-Allow-Methods': 'POST',
  'Access-Control-Allow-Headers': 'Content-Type, Pragma, X-Requested-With',
  'Access-Control-Max-Age': '86400',
};

/** Lets the page read the answer. Cookies do not come with it: `Access-Control-Allow-Credentials` is never sent. */
export function allowOrigin({ headers: { origin = '' } }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.appendHeader('Vary', 'Origin');
}

/** Browsers ask first whether JSON may be posted. */
export function sendPreflight(response: ServerResponse): void {
  response.writeHead(204, PREFLIGHT).end();
}
