// The Lua scripts of the Redis store: read from the files beside this one, and run by their hash.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RedisClient } from '../redis.js';

/** A script, and what is put in front of it. */
const PARTS = {
  join: ['common', 'changes', 'join'],
  leave: ['common', 'changes', 'leave'],
  expire: ['common', 'changes', 'release', 'expire'],
  renew: ['common', 'renew'],
  hand_over: ['common', 'release', 'hand_over'],
  roster: ['common', 'roster'],
  whereabouts: ['common', 'whereabouts'],
  time: ['time'],
} as const;

export type ScriptName = keyof typeof PARTS;
/** What a script answers: strings, whole numbers, and lists of them. */
export type Answer = string | number | null | readonly Answer[];
/** Runs a script. */
export type RunScript = (
  name: ScriptName,
  keys: readonly string[],
  args: readonly (string | number)[],
) => Promise<readonly Answer[]>;

/** @returns what runs the scripts on a client of ioredis, of which nothing is changed. */
export function scriptsOn(redis: RedisClient): RunScript {
  const scripts = new Map(Object.entries(PARTS).map(([name, parts]) => [name, scriptOf(parts)]));
  return async (name, keys, args) => {
    const { source, hash } = scripts.get(name) ?? scriptOf(PARTS[name]);
    try {
      return listOf(await redis.evalsha(hash, keys.length, ...keys, ...args));
    } catch (error) {
      // It was not run: the server is new, was started again, or its scripts were flushed.
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return listOf(await redis.eval(source, keys.length, ...keys, ...args));
    }
  };
}

function scriptOf(parts: readonly string[]): { source: string; hash: string } {
  const source = parts.map((part) => readFileSync(new URL(`./${part}.lua`, import.meta.url), 'utf8')).join('\n');
  return { source, hash: createHash('sha1').update(source).digest('hex') };
}

const listOf = (answer: unknown): readonly Answer[] =>
  Array.isArray(answer) ? (answer as readonly Answer[]) : [answer as Answer];
