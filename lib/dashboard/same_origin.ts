// Whether a request that changes something comes from a page of ours, as the browser says.
import type { Request } from 'express';
import type { Settings } from './options.js';
import type { Refusal } from './refusal.js';

const ELSEWHERE: Refusal = {
  status: 403,
  message:
    'This was not sent by a page of this dashboard. Use the buttons of its pages; a program says where it belongs by the ' +
    'header Origin, which must be the origin of this site. Over plain HTTP the buttons need JavaScript. Behind a proxy that asks for another ' +
    'host, set the option `trustProxy`.',
};

/**
 * `Sec-Fetch-Site` cannot be set by a page, and is right behind every proxy; browsers send it over HTTPS and from this
 * machine. Otherwise `Origin` has to be the site that was asked.
 */
export function foreignOrigin(request: Request, isOwnOrigin: Settings['isOwnOrigin']): Refusal | null {
  const site = request.get('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' ? null : ELSEWHERE;
  return request.get('origin') !== undefined && isOwnOrigin(request) ? null : ELSEWHERE;
}
