// What an attack is, and how it ends: the same judge for faye-online and for stock Faye.
import { HANDSHAKE, post } from './peer.js';
import type { Memory, Victim } from './victim.js';

/** dies: the process is gone. hangs: it answers nobody for seconds. harmed: it lost messages, memory or an answer. */
export type Outcome = 'dies' | 'hangs' | 'harmed' | 'survives';

/** Set-ups of stock Faye, and mistakes of a host. */
export type Variant = 'bare' | 'express' | 'async' | 'redis' | 'throws' | 'silent';

export interface Seen {
  /** What the attacker got. */
  readonly got: unknown;
  /** Whether others lost something by it. */
  readonly harm?: boolean;
}

export interface Attack {
  /** The number of the attack. Its variations share one. */
  readonly row: number;
  readonly name: string;
  /** What stock Faye must be for it, and what becomes of that. */
  readonly variant?: Variant;
  /** What it does to stock Faye. `slow`: it holds it up for about as long as the test waits. */
  readonly stock: Outcome | 'slow';
  /** Memory is what it is after: it is measured before and afterwards. */
  readonly heavy?: true;
  run(on: Victim): Promise<Seen>;
  /** What the attacker gets from faye-online, exactly. */
  readonly answer: unknown;
}

export interface Verdict {
  readonly outcome: Outcome;
  readonly got: unknown;
}

/** Milliseconds without an answer after which a server hangs. */
export const PATIENCE = 4000;
const MB = 1024 * 1024;
/** More than this stays in use: somebody keeps what an attacker sent. */
const KEPT = 8 * MB;
/** More than this while it went on: so many attackers as fit into memory end the process. */
const SWOLLEN = 100 * MB;

/**
 * @param patience milliseconds without an answer after which it hangs
 * @param death milliseconds that a death may take; 0 when none is expected
 */
export async function judge(victim: Victim, attack: Attack, patience = PATIENCE, death = 0): Promise<Verdict> {
  const before = attack.heavy && (await victim.ask('memory'));
  // On a server that dies the attacker fails too.
  const { got, harm } = await attack.run(victim).catch((error: unknown) => ({ got: String(error), harm: true }));
  if (await victim.exits(death)) return { outcome: 'dies', got };
  if (!(await answers(victim, patience))) return { outcome: victim.alive ? 'hangs' : 'dies', got };
  const harmed = harm || (before && (await grew(victim, before)));
  return { outcome: harmed ? 'harmed' : 'survives', got };
}

/** Whether another one is let in: soon, though the machine may have much else to do. */
async function answers(victim: Victim, ms: number): Promise<boolean> {
  return (await post(victim, HANDSHAKE, { ms })).status === 200;
}

/** Whether it keeps memory, or took very much for a while. What a request left behind may be there for a few turns more. */
export async function grew(victim: Victim, before: Memory): Promise<boolean> {
  let after = await victim.ask('memory');
  for (let tries = 0; after.used - before.used > KEPT && tries < 10; tries++) after = await victim.ask('memory');
  return after.used - before.used > KEPT || after.peak - before.peak > SWOLLEN;
}
