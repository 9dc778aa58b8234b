// Whether an identity still holds: a page that came in with a token must bring a fresh one when it has run out.
import type { Millis } from '../domain.js';
import type { Identity } from './identity.js';

/** `fine`: nothing to do. `refresh`: the page should bring a new token now. `over`: it may not stay. */
export type Standing = 'fine' | 'refresh' | 'over';

/** How long a page may take to bring a new token once the old one has run out. */
export const GRACE: Millis = 60_000;

/** An identity without an end (of a site's own session, or a trusted word) is always fine. */
export function standing({ expires }: Pick<Identity, 'expires'>, now: Millis, grace: Millis = GRACE): Standing {
  if (expires === undefined || now < expires) return 'fine';
  return now < expires + grace ? 'refresh' : 'over';
}
