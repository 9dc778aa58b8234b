// How the server is doing: counts, uptime, and what is not as it should be, in words.
import type { Sessions } from './bayeux/sessions.js';
import { steadyNow } from './clock.js';
import type { Status } from './dashboard/index.js';
import type { Millis } from './domain.js';
import type { Lull } from './lull.js';
import type { PresenceStore } from './presence/store.js';

export interface StatusOptions {
  readonly store: PresenceStore;
  readonly sessions: Sessions;
  readonly lull: Lull;
  readonly insecure: boolean;
}

/** So many changes do not wait in a journal when all is well: it is written within a second. */
const MANY = 5_000;
/** Everybody is counted anew after so long: it means reading all who are online. */
const COUNTED_FOR: Millis = 2_000;

interface Counts {
  readonly users: number;
  readonly rooms: number;
  readonly troubles: readonly string[];
}

export function createStatus({ store, sessions, lull, insecure }: StatusOptions): () => Promise<Status> {
  const started = steadyNow();
  let counted: Counts = { users: 0, rooms: 0, troubles: [] };
  let countedAt = Number.NEGATIVE_INFINITY;
  const count = async (): Promise<Counts> => {
    if (lull.away.length > 0 || steadyNow() < countedAt + COUNTED_FOR) return counted;
    countedAt = steadyNow();
    counted = await countIn(store);
    return counted;
  };
  return async () => {
    const { users, rooms, troubles } = await count();
    const away = lull.away.map((what) => `${what} does not answer: lists stand still, and may be out of date.`);
    const uptime = steadyNow() - started;
    return { clients: sessions.size, users, rooms, uptime, insecure, degraded: [...away, ...troubles] };
  };
}

async function countIn(store: PresenceStore): Promise<Counts> {
  const [present, rooms, backlog] = await Promise.all([store.present(), store.census('room'), store.backlog?.()]);
  const users = new Set(present.map(({ user }) => user.uid)).size;
  return { users, rooms: rooms.size, troubles: backlog ? troublesOf(backlog) : [] };
}

function troublesOf({ waiting, dropped }: { waiting: number; dropped: number }): string[] {
  return [
    ...(waiting > MANY ? [`${waiting} changes wait to be written: is the database away, or too slow?`] : []),
    ...(dropped > 0 ? [`${dropped} changes are lost to the history: the database was away for too long.`] : []),
  ];
}
