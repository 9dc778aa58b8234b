// The attacks on faye-online, with every way to know users: each is survived, and answered as it should be.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRedis } from '../support/redis.js';
import { grew, judge } from './attack.js';
import { attacks } from './attacks.js';
import { hostAttacks } from './attacks_host.js';
import { CHAT, HANDSHAKE, post } from './peer.js';
import { type Memory, startVictim, type Victim } from './victim.js';

/** Seconds that a connect is held. */
const TIMEOUT = 2;
/** Milliseconds in which the next request is answered. */
const AT_ONCE = 100;

interface Settings {
  readonly identity: 'secret' | 'authenticate';
  /** Whether it is one of several servers, on a Redis. */
  readonly redis?: true;
}

const SERVERS: readonly [name: string, settings: Settings][] = [
  ['tokens', { identity: 'secret' }],
  ['an async authenticate', { identity: 'authenticate' }],
  ['tokens, on Redis', { identity: 'secret', redis: true }],
  ['an async authenticate, on Redis', { identity: 'authenticate', redis: true }],
];

/** Starts what the server needs. @returns its settings, and how to end what was started */
async function prepare({ identity, redis }: Settings): Promise<{ given: object; close: () => Promise<void> }> {
  if (!redis) return { given: { identity, timeout: TIMEOUT }, close: () => Promise.resolve() };
  const { url, close } = await startRedis();
  return { given: { identity, timeout: TIMEOUT, redis: url }, close };
}

/** Milliseconds until another one is let in: the best of a few, since the machine has more to do. */
async function waited(victim: Victim): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 20 && best >= AT_ONCE; tries++) {
    const asked = performance.now();
    expect((await post(victim, HANDSHAKE)).status).toBe(200);
    best = Math.min(best, performance.now() - asked);
  }
  return best;
}

describe.each(SERVERS)('faye-online with %s', (_name, settings) => {
  let victim: Victim;
  let before: Memory;
  let end: () => Promise<void>;

  beforeAll(async () => {
    const { given, close } = await prepare(settings);
    end = close;
    victim = await startVictim('ours.mjs', given);
    // What it costs to send and hear megabytes by Redis is garbage, whoever reads them: it is there before anybody attacks.
    if (settings.redis) await victim.ask('publishMany', CHAT, 1024 * 1024, 150);
    before = await victim.ask('memory');
  });
  afterAll(async () => {
    await victim.end();
    await end();
  });

  it.each(attacks)('survives $row, $name', async (attack) => {
    expect(await judge(victim, attack)).toEqual({ outcome: 'survives', got: attack.answer });
    expect(await waited(victim)).toBeLessThan(AT_ONCE);
  });

  it('gives back what all of them took, and prints nothing', async () => {
    expect(await grew(victim, before)).toBe(false);
    expect(victim.output).toBe('');
  });
});

describe('faye-online in a host that makes mistakes', () => {
  it.each(hostAttacks)('survives $row, $name', async (attack) => {
    const clumsy = await startVictim('ours.mjs', { identity: 'secret', timeout: TIMEOUT, host: attack.variant });
    expect(await judge(clumsy, attack)).toEqual({ outcome: 'survives', got: attack.answer });
    await clumsy.end();
  });
});
