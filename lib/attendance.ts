// Who is here: presences, what is announced of them, and the lull while what processes share is away.
import type { Adapter } from './bayeux/adapter.js';
import { PRESENCE, roomOf, USER_LIST } from './bayeux/channels.js';
import type { Change, Channel, Millis } from './domain.js';
import { Lull } from './lull.js';
import type { Config } from './options.js';
import { Announcer } from './presence/announcer.js';
import { Presence } from './presence/presence.js';
import type { Shared } from './shared.js';

export interface AttendanceOptions {
  readonly config: Config;
  readonly shared: Shared;
  /** Asked for when somebody comes, not before. */
  readonly bayeux: () => Adapter;
  /** A presence of this process changed. */
  readonly onChange: (change: Change) => void;
  readonly onError: (error: unknown) => void;
}

export interface Attendance {
  readonly announcer: Announcer;
  readonly lull: Lull;
  readonly presence: Presence;
}

const BUS = 'The bus between the processes';
/** How long nobody is taken out after Redis was away: the lease of a process there. */
const PATIENCE: Millis = 15_000;
/** How long nothing is announced after that. Processes find Redis within two seconds, and have said who is here a second later. */
const SETTLE: Millis = 5_000;

export function createAttendance(options: AttendanceOptions): Attendance {
  const { bayeux, shared } = options;
  const announcer = createAnnouncer(options);
  const lull = new Lull({
    hold: () => announcer.hold(),
    resume: () => announcer.resume(roomsOf(bayeux().subscribed())),
    settle: SETTLE,
  });
  const presence = createPresence(options, announcer, lull);
  shared.bus?.on('changes', (change) => announcer.tell(change));
  shared.bus?.watch((answers) => (answers ? lull.end(BUS) : lull.begin(BUS)));
  return { announcer, lull, presence };
}

function createAnnouncer({ config, shared, bayeux, onError }: AttendanceOptions): Announcer {
  return new Announcer({
    publish: (channel, data) => bayeux().announce(channel, data),
    roster: (room, limit) => shared.store.roster('room', room, limit),
    listened: (channel) => bayeux().listened(channel),
    fullListLimit: config.fullListLimit,
    // With the bus, this process announces to its own clients what all processes change.
    alone: !shared.among || shared.bus !== undefined,
    onError,
  });
}

function createPresence(options: AttendanceOptions, announcer: Announcer, lull: Lull): Presence {
  const { config, shared, onChange, onError } = options;
  const { among, bus, now, store, tells } = shared;
  return new Presence({
    store,
    lease: 2.5 * config.timeout * 1000,
    grace: config.grace * 1000,
    sweepEvery: config.gc * 1000,
    ...(among ? { patience: PATIENCE } : {}),
    now,
    onChange: (change) => {
      announcer.tell(change);
      if (!tells) bus?.tell('changes', change);
      onChange(change);
    },
    onAway: () => lull.begin('Redis'),
    onBack: () => lull.end('Redis'),
    onError,
  });
}

/** The rooms whose presence or list somebody subscribes to. */
function* roomsOf(channels: Iterable<Channel>): Iterable<Channel> {
  for (const channel of channels) {
    const room = roomOf(channel, PRESENCE) ?? roomOf(channel, USER_LIST);
    if (room !== null) yield room;
  }
}
