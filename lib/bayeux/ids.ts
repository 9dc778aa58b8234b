// ClientIds: 160 random bits each, as Faye's, but drawn many at a time: the system call costs more than all the rest.
import { randomFillSync } from 'node:crypto';
import type { ClientId } from '../domain.js';

const BYTES = 20;
const AT_ONCE = 256;

const pool = Buffer.alloc(BYTES * AT_ONCE);
let used = pool.length;

export function randomId(): ClientId {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const id = pool.toString('base64url', used, used + BYTES);
  // What was given out does not stay in memory.
  pool.fill(0, used, used + BYTES);
  used += BYTES;
  return id;
}
