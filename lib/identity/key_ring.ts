// The keys as they are now: fixed, or asked for again and again, so that a new key takes an old one's place without a restart.
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Millis } from '../domain.js';
import { readKeys, type Secret, type SecretSource, type TokenKey } from './keys.js';

/** A key ready for use. */
export interface Key {
  /** What the key is called where it must not be seen, the same in all processes. */
  readonly id: string;
  readonly kid: string | undefined;
  readonly key: KeyObject;
  readonly notAfter: Millis;
}

export interface KeyRingOptions {
  readonly now: () => Millis;
  /** Hears that a function failed to give keys. The last good ones are kept meanwhile. */
  readonly onError: (error: unknown) => void;
  /** How old the keys of a function may be when they are used. Default 5 s. */
  readonly freshFor?: Millis;
  /** The least time between two questions, whoever asks for unknown keys and how often. Default 1 s. */
  readonly pauseFor?: Millis;
  /** How long an answer is waited for. Default 2 s. */
  readonly waitFor?: Millis;
}

const DEFAULTS = { freshFor: 5000, pauseFor: 1000, waitFor: 2000 };

export class KeyRing {
  readonly #options: Required<KeyRingOptions>;
  readonly #source: SecretSource | undefined;
  #keys: readonly Key[] | undefined;
  /** Keys that clients came in with and that are not there any more, and since when that is known. */
  readonly #missed = new Map<string, Millis>();
  #asked: Millis = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;

  /** @throws TypeError when fixed keys are wrong */
  constructor(secret: Secret, options: KeyRingOptions) {
    this.#options = { ...DEFAULTS, ...options };
    if (typeof secret === 'function') this.#source = secret;
    // No keys at all: a site that knows its users by other means.
    else this.#keys = Array.isArray(secret) && secret.length === 0 ? [] : readKeys(secret).map(toKey);
  }

  /** The first key that is still valid; undefined when there is none. */
  async signing(): Promise<Key | undefined> {
    const keys = await this.#fresh();
    return keys?.find((key) => this.isValid(key));
  }

  /**
   * The keys that may have signed a token whose header has this kid; for a token without kid those without kid, never
   * another. Asks the function again before it says that there is none: a new key may have been used elsewhere already.
   * @returns undefined when the function has not given any keys yet
   */
  async named(kid: string | undefined): Promise<readonly Key[] | undefined> {
    const find = () => this.#keys?.filter((key) => key.kid === kid);
    await this.#fresh();
    if (find()?.length || !this.#source) return find();
    // What was under way already may not know what has happened since.
    await this.#asking;
    if (!find()?.length) await this.#ask(this.#source);
    return find();
  }

  isValid({ notAfter }: Key): boolean {
    return this.#options.now() < notAfter;
  }

  /** Until when what a key signed is good: the key's own end, or when it was found missing. Asks for keys now and then. */
  until(id: string): Millis {
    if (this.#source && this.#isStale()) void this.#ask(this.#source);
    if (!this.#keys) return Number.POSITIVE_INFINITY;
    const key = this.#keys.find((one) => one.id === id);
    if (!key) return this.#missing(id);
    if (this.#missed.size > 0) this.#missed.delete(id);
    return key.notAfter;
  }

  #missing(id: string): Millis {
    const since = this.#missed.get(id) ?? this.#options.now();
    this.#missed.set(id, since);
    return since;
  }

  #isStale(): boolean {
    // A clock that was set back must not make old keys look fresh.
    return Math.abs(this.#options.now() - this.#asked) >= this.#options.freshFor;
  }

  async #fresh(): Promise<readonly Key[] | undefined> {
    if (this.#source && (!this.#keys || this.#isStale())) await this.#ask(this.#source);
    return this.#keys;
  }

  /** Never rejects, and never asks twice at a time. */
  #ask(source: SecretSource): Promise<void> {
    this.#asking ??= this.#askOnce(source).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #askOnce(source: SecretSource): Promise<void> {
    const { now, onError, pauseFor, waitFor } = this.#options;
    const rest = pauseFor - Math.abs(now() - this.#asked);
    if (rest > 0) await pause(rest);
    this.#asked = now();
    try {
      this.#keys = readKeys(await within(waitFor, source)).map(toKey);
    } catch (cause) {
      onError(new Error('option "secret": the function gave no keys; the last ones are kept', { cause }));
    }
  }
}

const toKey = ({ kid, secret, notAfter }: TokenKey): Key => ({
  id: createHmac('sha256', secret).update('faye-online key').digest('base64url').slice(0, 12),
  kid,
  key: createSecretKey(Buffer.from(secret)),
  notAfter: notAfter === undefined ? Number.POSITIVE_INFINITY : Number(notAfter),
});

async function within(patience: Millis, source: SecretSource): Promise<unknown> {
  const done = new AbortController();
  const late = pause(patience, undefined, { signal: done.signal }).then(
    () => Promise.reject(new Error(`it did not answer within ${patience} ms`)),
    () => undefined,
  );
  try {
    return await Promise.race([source(), late]);
  } finally {
    done.abort();
  }
}
