// The end of a process: what waits here for clients goes with them to the processes that take them over.
import { setTimeout as pause } from 'node:timers/promises';
import type { Millis } from '../domain.js';

/** How long clients are waited for: their pages come back within this time, or later and to another one anyway. */
const PATIENCE: Millis = 3_000;
const EVERY: Millis = 25;

/** Settles when nothing waits here any more, or in three seconds. */
export async function handedOver(owes: () => boolean): Promise<void> {
  const until = performance.now() + PATIENCE;
  while (owes() && performance.now() < until) await pause(EVERY);
}
