// Proving who sent a message, and when that has to be done again.
import type { IncomingMessage } from 'node:http';
import { readClaim } from '../identity/claim.js';
import type { Identify } from '../identity/identify.js';
import { type Identity, Unidentified } from '../identity/identity.js';
import { placeError } from './channels.js';
import { inTime } from './in_time.js';
import { credentials, digest } from './proof.js';
import type { Session, Shown } from './sessions.js';

export interface ProverOptions {
  readonly identify: Identify;
  /** Whether `identify` can do without a claim: it knows the request. */
  readonly claimless: boolean;
}

export class Prover {
  readonly #options: ProverOptions;

  constructor(options: ProverOptions) {
    this.#options = options;
  }

  /**
   * @param needed whether it must be known now. Else null is for a message that claims nothing: its identity may come with a
   * later one
   * @throws Unidentified when what it claims is wrong, or is needed and not there
   * @throws TookTooLong when the host does not say
   */
  async prove(auth: unknown, request: IncomingMessage, channel: string, needed: boolean): Promise<Shown | null> {
    const { claimless } = this.#options;
    if (auth === undefined && !claimless) {
      if (!needed) return null;
      throw new Unidentified('auth', 'is missing: {room_channel, time_channel, current_user: {uid, uname}, token}');
    }
    const identity = await this.#ask(auth, request, channel, needed);
    if (!identity) return null;
    return { identity, proof: digest(auth), credentials: claimless ? credentials(request) : 0 };
  }

  /**
   * Whether a message shows something else than its session was proven with. One without auth is its session's; but where
   * requests show who sends them, this one must not show somebody else.
   */
  isNews(session: Session, auth: unknown, request: IncomingMessage): boolean {
    if (auth !== undefined && digest(auth) !== session.proof) return true;
    return this.#options.claimless && credentials(request) !== session.credentials;
  }

  async #ask(auth: unknown, request: IncomingMessage, channel: string, needed: boolean): Promise<Identity | null> {
    const { claimless, identify } = this.#options;
    if (!claimless) return identify(readClaim(auth, placeError), request, channel, auth);
    const claim = auth === undefined ? { place: {} } : readClaim(auth, placeError);
    try {
      return await inTime(identify(claim, request, channel, auth), 'authenticate');
    } catch (error) {
      if (!needed && auth === undefined && error instanceof Unidentified && error.code !== 500) return null;
      throw error;
    }
  }
}
