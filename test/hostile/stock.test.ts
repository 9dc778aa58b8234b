// The attacks on stock Faye: what each of them does there, so that it is known that they are attacks.
import { describe, expect, it, onTestFinished } from 'vitest';
import { startRedis } from '../support/redis.js';
import { type Attack, judge, PATIENCE } from './attack.js';
import { attacks } from './attacks.js';
import { hostAttacks } from './attacks_host.js';
import { startVictim, type Victim } from './victim.js';

/** Seconds: short, so that what happens at the end of a poll happens soon. */
const TIMEOUT = 2;
/** Long, so that it does not give a client up, with all that it keeps for it, before that is measured. */
const LONG = 60;
/** Milliseconds that a death may take: the end of a poll and a little more. */
const DEATH = 5000;
/** Milliseconds without an answer, in which a fast machine hangs too. */
const HANGS = 1000;

async function stock({ variant = 'bare', heavy }: Attack): Promise<Victim> {
  const settings: Record<string, unknown> = { variant, timeout: heavy ? LONG : TIMEOUT };
  if (variant === 'redis') {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    settings.redisPort = redis.port;
  }
  const victim = await startVictim('stock.mjs', settings);
  onTestFinished(() => victim.end());
  return victim;
}

const everything = [...attacks, ...hostAttacks];
/** The numbers of the attacks by which stock Faye was found to fail. */
const FOUND = Array.from({ length: 25 }, (_, n) => n + 1);
/** What stock Faye bears, and why it is tried all the same. */
const BORNE: Readonly<Record<string, string>> = {
  'a subscription to 1,000 channels, which are few enough bytes, by HTTP': 'a hundredth of what harms it',
  'a subscription to 1,000 channels, which are few enough bytes, by WebSocket': 'a hundredth of what harms it',
  '200 MB announced': 'nothing of it comes; what comes is what harms it',
  'a list of handshakes that fits': 'not an attack: what limits must leave alone',
};

describe('the attacks', () => {
  it.each(FOUND)('have one with the number %i that harms stock Faye', (number) => {
    const names = everything.filter(({ row, stock }) => row === number && stock !== 'survives').map(({ name }) => name);
    expect(names).not.toEqual([]);
  });

  it('have names of their own', () => {
    const names = everything.map(({ row, name }) => `${row} ${name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it('that stock Faye bears are tried for a reason', () => {
    const borne = everything.filter(({ stock }) => stock === 'survives').map(({ name }) => name);
    expect(borne.sort()).toEqual(Object.keys(BORNE).sort());
  });
});

describe('stock Faye', () => {
  it.each(everything)('$stock: $row, $name', async (attack) => {
    const patience = attack.stock === 'hangs' ? HANGS : PATIENCE;
    const { outcome } = await judge(await stock(attack), attack, patience, attack.stock === 'dies' ? DEATH : 0);
    if (attack.stock === 'slow') expect(['hangs', 'survives']).toContain(outcome);
    else expect(outcome).toBe(attack.stock);
  });
});
