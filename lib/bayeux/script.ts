// A Lua script of ours, as Redis runs it: by its hash, and by its text where Redis does not know it yet.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RedisClient } from '../redis.js';

export class Script {
  readonly #text: string;
  readonly #sha: string;

  /** @param name the file next to this one, without `.lua` */
  constructor(name: string) {
    this.#text = readFileSync(new URL(`./${name}.lua`, import.meta.url), 'utf8');
    this.#sha = createHash('sha1').update(this.#text).digest('hex');
  }

  async run(redis: RedisClient, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await redis.call('EVALSHA', this.#sha, keys.length, ...keys, ...args);
    } catch (error) {
      // It was not run: Redis is new, was started again, or its scripts were flushed.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return redis.call('EVAL', this.#text, keys.length, ...keys, ...args);
    }
  }
}
