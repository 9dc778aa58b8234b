// Failures that pass by themselves: a deadlock, a lock that another holds, a connection that was lost.
import { setTimeout as wait } from 'node:timers/promises';
import type { Millis } from '../domain.js';

const TRIES = 6;
const FIRST_PAUSE: Millis = 20;

const CODES: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'PROTOCOL_CONNECTION_LOST', 'SQLITE_BUSY']);
/** Lock wait, deadlock, server going down, query or connection killed, connection lost: what MySQL calls them. */
const NUMBERS: ReadonlySet<unknown> = new Set([1205, 1213, 1053, 1317, 1927, 2006, 2013]);

/** Sequelize wraps what the driver said. */
interface DriverError extends Error {
  readonly code?: unknown;
  readonly errno?: unknown;
  readonly original?: unknown;
}

/** What the driver itself said of a failure. */
export function rootOf(error: unknown): unknown {
  const { original, cause } = (error instanceof Error ? error : {}) as DriverError;
  const inner = original ?? cause;
  return inner instanceof Error && inner !== error ? rootOf(inner) : error;
}

/** The kind of a failure: the same for the same thing going wrong again. */
export function kindOf(error: unknown): string {
  if (error instanceof AggregateError) return kindOf(error.errors[0]);
  const root = rootOf(error);
  if (!(root instanceof Error)) return String(root);
  return String((root as DriverError).code ?? root.message);
}

/** Whether the same work may well succeed when it is done again at once. */
export function passes(error: unknown): boolean {
  const root = rootOf(error);
  if (!(root instanceof Error)) return false;
  const { code, errno } = root as DriverError;
  return CODES.has(code) || NUMBERS.has(errno);
}

/** Does the work again, up to five times, while what it fails of passes. The pauses differ, so that two part company. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await work();
    } catch (error) {
      if (failures === TRIES || !passes(error)) throw error;
    }
    await wait(FIRST_PAUSE * 2 ** failures * (0.5 + Math.random() / 2));
  }
}
