// The end of a process: its clients go to other processes, with what waits for them.
// From there each goes on to the one that its page comes to; until then nothing that is said is lost to it.
import { setTimeout as pause } from 'node:timers/promises';
import type { ClientId, Millis } from '../domain.js';

/** How long the last clients are waited for. */
const PATIENCE: Millis = 3_000;
const EVERY: Millis = 25;
const GIVEN_AT_ONCE = 100;

/** Gives the clients to the nodes in turn. Rejects when one could not be given. */
export async function giveAll(
  clients: readonly ClientId[],
  nodes: readonly string[],
  give: (id: ClientId, node: string) => Promise<void>,
): Promise<void> {
  for (let i = 0; i < clients.length; i += GIVEN_AT_ONCE) {
    const some = clients.slice(i, i + GIVEN_AT_ONCE);
    await Promise.all(some.map((id, n) => give(id, nodes[(i + n) % nodes.length] ?? '')));
  }
}

/**
 * Goes on until nothing is left, or for three seconds. Rejects as `go` does.
 * @param go gives what is here, and says whether something is left
 */
export async function untilAllGone(go: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + PATIENCE;
  while ((await go()) && performance.now() < until) await pause(EVERY);
}
