// Tokens: who and where, signed by the site (JWT, HS256, RFC 7519), so that a page cannot make itself somebody else.
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Channel, Uid } from '../domain.js';
import { type PlaceError, uidSchema, unameSchema } from './claim.js';
import { type Identity, Unidentified } from './identity.js';

/** A signing key. `kid` tells keys apart while one takes another's place. */
export interface TokenKey {
  readonly kid?: string;
  /** At least 32 bytes. */
  readonly secret: string;
}

export interface TokenClaims {
  readonly uid: Uid | number;
  readonly uname: string;
  readonly room?: Channel;
  readonly time?: Channel;
  /** Further literal channels, beyond the room and the activity and what is beneath them. */
  readonly subscribe?: readonly Channel[];
  readonly publish?: readonly Channel[];
}

export interface TokenOptions {
  /** Seconds until the token may no longer be used to come in. Default 3600. */
  readonly expiresIn?: number;
}

const ALGORITHM = 'HS256';
const AUDIENCE = 'faye-online';
/** Seconds that clocks may differ. */
const SKEW = 30;
const HOUR = 3600;

/** Signs with the first key, accepts all. */
export class Tokens {
  readonly #keys: readonly { kid: string | undefined; bytes: Uint8Array }[];
  readonly #placeError: PlaceError;

  constructor(keys: readonly TokenKey[], placeError: PlaceError) {
    this.#keys = keys.map(({ kid, secret }) => ({ kid, bytes: new TextEncoder().encode(secret) }));
    this.#placeError = placeError;
  }

  /** @throws TypeError naming the claim that is wrong */
  async sign(claims: TokenClaims, { expiresIn = HOUR }: TokenOptions = {}): Promise<string> {
    const key = this.#keys[0];
    if (!key) throw new TypeError('option "secret" is empty: give at least one key');
    const { user, place, subscribe, publish } = this.#read(toPayload(claims), (field, message) => {
      throw new TypeError(`token: ${field} ${message}`);
    });
    return new SignJWT({
      name: user.uname,
      ...optional({ room: place.room, time: place.activity, subscribe, publish }),
    })
      .setProtectedHeader({ alg: ALGORITHM, ...optional({ kid: key.kid }) })
      .setSubject(user.uid)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(Math.floor(Date.now() / 1000) + expiresIn)
      .sign(key.bytes);
  }

  /** @throws Unidentified with field `token` */
  async verify(token: string): Promise<Identity> {
    const payload = await this.#payload(token);
    if (payload.aud !== undefined && ![payload.aud].flat().includes(AUDIENCE)) {
      throw new Unidentified('token', 'is meant for another audience');
    }
    return this.#read(payload, (field, message) => {
      throw new Unidentified('token', `claim ${field} ${message}`);
    });
  }

  async #payload(token: string): Promise<Record<string, unknown>> {
    try {
      const options = { algorithms: [ALGORITHM], clockTolerance: SKEW, requiredClaims: ['sub', 'exp'] };
      const { payload } = await jwtVerify(token, (header: { kid?: string }) => this.#key(header.kid), options);
      return payload;
    } catch (error) {
      const expired = (error as { code?: string }).code === 'ERR_JWT_EXPIRED';
      throw new Unidentified('token', expired ? 'has expired: make a new one' : 'is not valid', 401, { cause: error });
    }
  }

  #key(kid: string | undefined): Uint8Array {
    const key =
      this.#keys.find((candidate) => candidate.kid === kid) ?? (kid === undefined ? this.#keys[0] : undefined);
    if (!key) throw new Error('unknown kid');
    return key.bytes;
  }

  #read(payload: Record<string, unknown>, fail: (field: string, message: string) => never): Identity {
    const parsed = payloadSchema.safeParse(payload);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return fail(issue?.path.join('.') ?? 'payload', issue?.message ?? 'is wrong');
    }
    const { sub, name, room, time, subscribe, publish } = parsed.data;
    for (const [field, channel] of Object.entries({ room, time })) {
      const wrong = channel === undefined ? null : this.#placeError(channel);
      if (wrong) fail(field, wrong);
    }
    if (room === undefined && time === undefined) fail('room', 'or time is required');
    return {
      user: { uid: sub, uname: name },
      place: optional({ room, activity: time }),
      ...optional({ subscribe, publish }),
    };
  }
}

const channels = z.array(z.string().max(256), { error: 'must be an array of channels' }).max(50).optional();
const payloadSchema = z.object({
  sub: uidSchema,
  name: unameSchema,
  room: z.string({ error: 'must be a channel' }).optional(),
  time: z.string({ error: 'must be a channel' }).optional(),
  subscribe: channels,
  publish: channels,
});

const toPayload = ({ uid, uname, ...rest }: TokenClaims): Record<string, unknown> => ({
  sub: uid,
  name: uname,
  ...rest,
});

type Optional<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the keys that are undefined. */
function optional<T extends object>(object: T): Optional<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Optional<T>;
}
