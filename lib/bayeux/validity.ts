// Whether a client's identity still holds: tokens run out and are called back while their pages are open.
import type { Millis } from '../domain.js';
import { standing } from '../identity/expiry.js';
import type { Identity } from '../identity/identity.js';
import type { Why } from './refusal.js';

export interface ValidityOptions {
  readonly revocations: { isRevoked(identity: Identity): boolean };
  /** Until when the key that signed an identity's token is good. A token runs out with its key. */
  readonly keptUntil: (identity: Identity) => Millis;
  /** The wall clock: tokens are made by it. */
  readonly wall: () => Millis;
}

/** How long a connect is held whose token has run out: the page is reminded so often of bringing a fresh one. */
const REMINDER: Millis = 5_000;

export class Validity {
  readonly #options: ValidityOptions;

  constructor(options: ValidityOptions) {
    this.#options = options;
  }

  /** Why a client with this identity may not stay; null when it may. */
  over(identity: Identity): Why | null {
    // Most identities are of the site's own session or of a trusted word.
    if (identity.expires === undefined && identity.issued === undefined) return null;
    if (standing({ expires: this.#ends(identity) }, this.#options.wall()) === 'over') return 'expired';
    return this.#options.revocations.isRevoked(identity) ? 'revoked' : null;
  }

  /** How long a connect may be held, so that its answer says in time that a fresh token is wanted. */
  hold(identity: Identity, longest: Millis): Millis {
    if (identity.expires === undefined) return longest;
    const left = this.#ends(identity) - this.#options.wall();
    return Math.min(longest, left > 0 ? left : REMINDER);
  }

  /** Whether the page should bring a fresh token now: it has run out, or will before the next answer. */
  wants(identity: Identity, longest: Millis): boolean {
    return identity.expires !== undefined && this.#ends(identity) - this.#options.wall() <= longest;
  }

  #ends(identity: Identity): Millis {
    return Math.min(identity.expires ?? Number.POSITIVE_INFINITY, this.#options.keptUntil(identity));
  }
}
