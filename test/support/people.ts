// The cast of the tests: ann, bob and carol, and the pages (clients) that they open.
import { createHash } from 'node:crypto';
import type { Client, ClientId, Place, Uid, User } from '../../lib/domain.js';

/** Opens a page: `ann('a1')` is ann's client a1 in the class room, on the first lesson, unless a place is given. */
export interface Person {
  (id: ClientId, place?: Place): Client;
  readonly user: User;
}

const LESSON: Place = { room: '/classes/4', activity: '/courses/5/lessons/1' };

/** Like the real key of a client id it does not tell the id. */
const keyOf = (id: ClientId): string => createHash('sha256').update(id).digest('hex').slice(0, 16);

export function person(uid: Uid, uname: string): Person {
  const user: User = { uid, uname };
  const open = (id: ClientId, place: Place = LESSON): Client => ({ id, key: keyOf(id), user, place });
  return Object.assign(open, { user });
}

export const ann = person('1', 'ann');
export const bob = person('2', 'bob');
export const carol = person('3', 'carol');
