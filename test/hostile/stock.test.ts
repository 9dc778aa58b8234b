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

describe('stock Faye', () => {
  it.each([...attacks, ...hostAttacks])('$stock: $row, $name', async (attack) => {
    const patience = attack.stock === 'hangs' ? HANGS : PATIENCE;
    const { outcome } = await judge(await stock(attack), attack, patience, attack.stock === 'dies' ? DEATH : 0);
    if (attack.stock === 'slow') expect(['hangs', 'survives']).toContain(outcome);
    else expect(outcome).toBe(attack.stock);
  });
});
