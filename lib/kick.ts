// Sending users away, in whatever process their pages are.
import type { Sessions } from './bayeux/sessions.js';
import type { Channel, ClientId, Uid } from './domain.js';
import type { PresenceStore } from './presence/store.js';

export interface KickOptions {
  readonly store: PresenceStore;
  readonly sessions: Sessions;
  /** Sends one client away, in its process. */
  readonly kick: (id: ClientId) => void;
}

export type Kick = (whom: Uid | number | { readonly room: Channel }) => Promise<number>;

/** @returns a function that sends a user, or everyone in a room, away, and says how many clients that were */
export function createKick({ store, sessions, kick }: KickOptions): Kick {
  const roomOf = async (id: ClientId): Promise<Channel | undefined> => {
    const session = sessions.get(id) ?? (await sessions.find(id));
    return typeof session === 'object' ? session.client?.place.room : undefined;
  };
  const inRoom = async (room: Channel): Promise<ClientId[]> => {
    const { users } = await store.roster('room', room);
    const all = (await Promise.all(users.map(({ uid }) => store.clientsOf(uid)))).flat();
    const rooms = await Promise.all(all.map(roomOf));
    return all.filter((_, n) => rooms[n] === room);
  };
  return async (whom) => {
    const ids = typeof whom === 'object' ? await inRoom(whom.room) : await store.clientsOf(String(whom));
    for (const id of ids) kick(id);
    return ids.length;
  };
}
