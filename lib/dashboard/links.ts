// The addresses of pages, as they stand in pages: under whatever the dashboard is mounted at.
import type { Channel, Uid } from '../domain.js';
import type { LogQuery } from '../report.js';

export type Links = ReturnType<typeof createLinks>;

/** Anything else, such as `..` or `a/b`, would be changed on its way by browsers or proxies: it goes into the query. */
const SAFE_SEGMENT = /^[\w-][\w.-]*$/;

/** @param base where the dashboard is mounted: `req.baseUrl`, so empty or beginning with one slash. */
export function createLinks(base: string) {
  const to = (path: string, query: Record<string, string | number | undefined> = {}): string => {
    const search = new URLSearchParams();
    for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, String(value));
    return `${base}${path}${search.size > 0 ? `?${search.toString().replaceAll('%2F', '/')}` : ''}`;
  };
  return {
    rooms: (pages: { rooms?: number; activities?: number } = {}) => to('/', pages),
    room: (name: Channel, page?: number) => to('/rooms', { name, page }),
    users: () => to('/users'),
    user: (uid: Uid) => (SAFE_SEGMENT.test(uid) ? to(`/users/${uid}`) : to('/users', { uid })),
    log: ({ from, to: end, ...query }: LogQuery = {}) => to('/log', { ...query, from: iso(from), to: iso(end) }),
    at: (channel?: Channel, t?: number, page?: number) => to('/at', { channel, t: iso(t), page }),
    /** A file of what the log page or a user's page shows; `name` is `log` or `time`. */
    file: (name: string, { uid, channel, from, to: end }: LogQuery = {}) =>
      to(`/${name}.csv`, { uid, channel, from: iso(from), to: iso(end) }),
    act: (name: string) => to(`/api/${name}`),
    asset: (name: string, hash: string) => to(`/${name}`, { v: hash }),
  };
}

const iso = (instant: number | undefined): string | undefined =>
  instant === undefined ? undefined : new Date(instant).toISOString();
