// Users whose tokens no longer count: what was signed before an instant is refused, though it has not run out.
import { z } from 'zod';
import type { Millis, Uid } from '../domain.js';
import { uidSchema } from './claim.js';
import { type Identity, Unidentified } from './identity.js';
import { uidText } from './names.js';
import { LONGEST_LIFE, SKEW } from './payload.js';

/** What processes tell one another. Telling it again, late, or in another order makes no difference. */
export interface Revoked {
  /** Tokens of anybody that were made before this are refused. */
  readonly everyone: Millis;
  readonly users: readonly (readonly [uid: Uid, notBefore: Millis])[];
}

export interface RevocationsOptions {
  readonly now: () => Millis;
  /** How many users are remembered. Default 10,000. */
  readonly limit?: number;
}

const instant = z.number().min(0);
const revokedSchema = z.object({ everyone: instant, users: z.array(z.tuple([uidText, instant])) });
const LIMIT = 10_000;

/**
 * Remembers for each user the latest instant before which tokens are refused. It forgets what is older than a token may live
 * (30 days, and the skew): by then those tokens have run out by themselves. When there are more users than the limit, the
 * oldest entries become one for everyone: somebody may have to get a new token, but nothing revoked comes back.
 */
export class Revocations {
  readonly #now: () => Millis;
  readonly #limit: number;
  readonly #users = new Map<Uid, Millis>();
  #everyone: Millis = 0;

  constructor({ now, limit = LIMIT }: RevocationsOptions) {
    this.#now = now;
    this.#limit = limit;
  }

  get size(): number {
    return this.#users.size;
  }

  /**
   * Refuses a user's tokens that were made before `notBefore` (default: now). An instant in the future counts as now, so
   * that nobody is locked out by a wrong clock.
   * @returns what is new, to be told to other processes
   * @throws TypeError when the uid or the instant is none
   */
  revoke(uid: Uid | number, notBefore: Millis = this.#now()): Revoked {
    const parsed = uidSchema.safeParse(uid);
    if (!parsed.success) throw new TypeError(`revoke: uid ${parsed.error.issues[0]?.message}`);
    if (!(notBefore >= 0)) throw new TypeError('revoke: notBefore must be milliseconds since the epoch');
    const revoked: Revoked = { everyone: 0, users: [[parsed.data, Math.min(notBefore, this.#now())]] };
    this.merge(revoked);
    return revoked;
  }

  /** An identity that no token made is never revoked: the site is asked each time. */
  isRevoked({ user, issued }: Pick<Identity, 'user' | 'issued'>): boolean {
    return issued !== undefined && issued < Math.max(this.#everyone, this.#users.get(user.uid) ?? 0);
  }

  /** @throws Unidentified with field `token` */
  check(identity: Pick<Identity, 'user' | 'issued'>): void {
    if (this.isRevoked(identity)) throw new Unidentified('token', 'was revoked: make a new one');
  }

  /** Everything, as JSON: for a process that has just started. */
  toJSON(): Revoked {
    return { everyone: this.#everyone, users: [...this.#users] };
  }

  /**
   * Takes over what another process told.
   * @throws TypeError when it is not what `revoke` or `toJSON` made; nothing is taken then
   */
  merge(told: unknown): void {
    const parsed = revokedSchema.safeParse(told);
    if (!parsed.success) throw new TypeError('revocations must be {everyone, users: [[uid, notBefore], …]}');
    const now = this.#now();
    this.#everyone = Math.max(this.#everyone, Math.min(parsed.data.everyone, now));
    for (const [uid, notBefore] of parsed.data.users) this.#note(uid, Math.min(notBefore, now));
    this.#tidy();
  }

  #note(uid: Uid, notBefore: Millis): void {
    this.#users.set(uid, Math.max(notBefore, this.#users.get(uid) ?? 0));
  }

  /** Looks through all only when there are too many: what is too old does no harm until then. */
  #tidy(): void {
    if (this.#users.size <= this.#limit) return;
    const oldest = this.#now() - (LONGEST_LIFE + SKEW) * 1000;
    for (const [uid, notBefore] of this.#users) if (notBefore < oldest) this.#users.delete(uid);
    const byAge = [...this.#users].sort(([, one], [, other]) => one - other);
    // A tenth at a time, so that a long list is not sorted again for every name.
    const excess = byAge.length - this.#limit;
    if (excess <= 0) return;
    for (const [uid, notBefore] of byAge.slice(0, Math.max(excess, Math.floor(this.#limit / 10)))) {
      this.#users.delete(uid);
      this.#everyone = Math.max(this.#everyone, notBefore);
    }
  }
}
