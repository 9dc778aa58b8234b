// Tokens: who and where, signed by the site (JWT, HS256, RFC 7519), so that a page cannot make itself somebody else.
import { compactVerify, SignJWT } from 'jose';
import type { Channel, Millis, Uid } from '../domain.js';
import type { PlaceError } from './claim.js';
import { LONGEST, readHeader, readObject, wrong } from './compact.js';
import { type Identity, type ServerIdentity, Unidentified } from './identity.js';
import { type Key, KeyRing, type KeyRingOptions } from './key_ring.js';
import type { Secret } from './keys.js';
import {
  AUDIENCE,
  type ChannelChecks,
  checkAudience,
  type GrantError,
  type Life,
  LONGEST_LIFE,
  optional,
  readIdentity,
  readLife,
  readPublisher,
  SERVER_AUDIENCE,
} from './payload.js';

export type { Secret, SecretSource, TokenKey } from './keys.js';
export type { GrantError } from './payload.js';

export interface TokenClaims {
  readonly uid: Uid | number;
  readonly uname: string;
  readonly room?: Channel;
  readonly time?: Channel;
  /** Further literal channels, beyond the room and the activity and what is beneath them. */
  readonly subscribe?: readonly Channel[];
  readonly publish?: readonly Channel[];
}

/** A publisher outside this process: a name for the log, such as `billing`. */
export interface ServerClaims {
  readonly name: string;
}

export interface TokenOptions {
  /** Seconds until the token may no longer be used to come in: at most 30 days. Default 3600. */
  readonly expiresIn?: number;
}

export interface TokensOptions extends Partial<KeyRingOptions> {
  /** Which further channels a token may grant. Default: those that may be a place. */
  readonly grantError?: GrantError;
}

interface Opened {
  readonly payload: Record<string, unknown>;
  readonly life: Life;
  /** The id of the key that signed it. */
  readonly key: string;
}

const ALGORITHM = 'HS256';
const HOUR = 3600;

/** Makes and checks tokens. Clients' tokens and servers' tokens have different audiences, and neither is taken for the other. */
export class Tokens {
  readonly #ring: KeyRing;
  readonly #checks: ChannelChecks;
  readonly #now: () => Millis;

  /** @throws TypeError when the keys are wrong */
  constructor(secret: Secret, placeError: PlaceError, options: TokensOptions = {}) {
    const { grantError = (_action, name) => placeError(name), now = Date.now, onError = warn, ...pace } = options;
    this.#checks = { placeError, grantError };
    this.#now = now;
    this.#ring = new KeyRing(secret, { now, onError, ...pace });
  }

  /** @throws TypeError naming the claim that is wrong */
  async sign({ uid, uname, ...rest }: TokenClaims, options?: TokenOptions): Promise<string> {
    const said = { sub: Number.isSafeInteger(uid) ? String(uid) : uid, name: uname, ...rest };
    const { user, place, subscribe, publish } = readIdentity(said, this.#checks, misuse({ sub: 'uid', name: 'uname' }));
    const { room, activity: time } = place;
    const payload = { name: user.uname, ...optional({ room, time, subscribe, publish }) };
    return this.#sign(payload, user.uid, AUDIENCE, options);
  }

  /** A token for `POST /online/api/publish`. @throws TypeError naming the claim that is wrong */
  async signServer({ name }: ServerClaims, options?: TokenOptions): Promise<string> {
    const scope = 'publish';
    const sub = readPublisher({ sub: name, scope }, misuse({ sub: 'name' }));
    return this.#sign({ scope }, sub, SERVER_AUDIENCE, options);
  }

  /** @throws Unidentified with field `token` */
  async verify(token: string): Promise<Identity> {
    const { payload, life, key } = await this.#open(token, AUDIENCE);
    return { ...readIdentity(payload, this.#checks), ...life, key };
  }

  /** Until when the key of an identity is good; for ever when no key made it. */
  keptUntil({ key }: Pick<Identity, 'key'>): Millis {
    return key === undefined ? Number.POSITIVE_INFINITY : this.#ring.until(key);
  }

  /** @throws Unidentified with field `token` */
  async verifyServer(token: string): Promise<ServerIdentity> {
    const { payload, life } = await this.#open(token, SERVER_AUDIENCE);
    return { publisher: readPublisher(payload), ...life };
  }

  async #sign(payload: Record<string, unknown>, sub: string, aud: string, options: TokenOptions = {}): Promise<string> {
    const { expiresIn = HOUR } = options;
    if (!(expiresIn > 0 && expiresIn <= LONGEST_LIFE)) refuse('expiresIn', 'must be seconds, at most 30 days of them');
    const key = await this.#ring.signing();
    if (!key) throw new TypeError('option "secret" has no key to sign with that is still valid: give one');
    const now = this.#now() / 1000;
    const token = await new SignJWT(payload)
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT', ...optional({ kid: key.kid }) })
      .setSubject(sub)
      .setAudience(aud)
      // With its milliseconds, so that a token made right after its user was revoked is good at once.
      .setIssuedAt(now)
      .setExpirationTime(Math.floor(now + expiresIn))
      .sign(key.key);
    return token.length <= LONGEST ? token : refuse('subscribe', 'and publish have too many channels for one token');
  }

  async #open(token: string, audience: string): Promise<Opened> {
    const { kid } = readHeader(token);
    const { bytes, key } = await this.#proven(token, await this.#keys(kid));
    const payload = readObject(bytes, 'payload');
    checkAudience(payload, audience);
    return { payload, life: readLife(payload, this.#now()), key };
  }

  async #keys(kid: string | undefined): Promise<readonly Key[]> {
    const keys = await this.#ring.named(kid);
    if (!keys) {
      const cause = new Error('option "secret": the function has given no keys yet');
      throw new Unidentified('token', 'cannot be checked now: try again later', 500, { cause });
    }
    if (keys.length === 0 && kid === undefined) wrong('names no key: give the kid of one of the keys in its header');
    if (keys.length === 0) wrong('names a key that is not there: give the kid of one of the keys in its header');
    const valid = keys.filter((key) => this.#ring.isValid(key));
    return valid.length > 0 ? valid : wrong('is of a key that is no longer taken: make a new one');
  }

  /** @returns the payload, as it was signed with one of the keys, and that key's id */
  async #proven(token: string, keys: readonly Key[]): Promise<{ bytes: Uint8Array; key: string }> {
    for (const { id, key } of keys) {
      const proven = await compactVerify(token, key, { algorithms: [ALGORITHM] }).catch(() => undefined);
      if (proven) return { bytes: proven.payload, key: id };
    }
    return wrong('has a wrong signature: sign it with the secret of this server, taken as text');
  }
}

const refuse = misuse({});

/** @param names what the developer calls the claims */
function misuse(names: Readonly<Record<string, string>>): (claim: string, message: string) => never {
  return (claim, message) => {
    throw new TypeError(`token: ${names[claim] ?? claim} ${message}`);
  };
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}
