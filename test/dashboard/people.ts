// A report about ann, bob and carol, written by hand: it is noon on the first of May.

import type { Status } from '../../lib/dashboard/index.js';
import type { Millis, Presence, User } from '../../lib/domain.js';
import type { ExportQuery, LogEntry, LogQuery, Report, StayPart, UserReport } from '../../lib/report.js';

export const MINUTE = 60_000;
export const NOON: Millis = Date.parse('2026-05-01T12:00:00Z');
export const calm: Status = { clients: 4, users: 3, rooms: 2, uptime: 90 * MINUTE, insecure: false, degraded: [] };

const ann = { uid: '1', uname: 'ann' };
const bob = { uid: '2', uname: 'bob' };
const carol = { uid: 'carol', uname: 'Carol' };

const presence = (kind: Presence['kind'], channel: string, since: Millis, clients = 1): Presence => ({
  kind,
  channel,
  user: ann,
  since,
  seen: NOON,
  clients,
});

const annReport: UserReport = {
  ...ann,
  lastSeen: NOON - 5_000,
  presences: [
    presence('room', '/classes/4', NOON - 83 * MINUTE, 2),
    presence('activity', '/lessons/1', NOON - 3 * MINUTE),
  ],
  times: [
    { channel: '/lessons/1', ms: 83 * MINUTE, running: true },
    { channel: '/lessons/2', ms: 45_000, running: false },
  ],
};

const goneReport = (user: User): UserReport => ({
  ...user,
  lastSeen: NOON - 48 * 60 * MINUTE,
  presences: [],
  times: [],
});

const entries: readonly LogEntry[] = [
  { t: NOON - MINUTE, status: 'in', ...ann, channel: '/lessons/1', client: 'a1b2c3d4e5f6a7b8' },
  { t: NOON - 2 * MINUTE, status: 'out', ...bob, channel: '/classes/4', client: 'b1b2c3d4e5f6a7b8' },
  { t: NOON - 3 * MINUTE, status: 'in', ...carol, channel: null, client: null },
];

const stays: readonly StayPart[] = [
  { ...ann, channel: '/lessons/1', start: NOON - 83 * MINUTE, end: NOON, running: true },
  { ...bob, channel: '/lessons/1', start: NOON - 3 * MINUTE, end: NOON - 500, running: false },
];

const fits = (query: LogQuery) => (entry: LogEntry) =>
  (query.uid === undefined || entry.uid === query.uid) &&
  (query.channel === undefined || entry.channel === query.channel) &&
  (query.from === undefined || entry.t >= query.from) &&
  (query.to === undefined || entry.t < query.to);

/** Answers from what is written above. */
export const report: Report = {
  channels: async (kind) =>
    kind === 'room'
      ? [
          { channel: '/classes/4', count: 2 },
          { channel: '/classes/5', count: 1 },
        ]
      : [{ channel: '/lessons/1', count: 1 }],
  room: async (channel) => {
    const users = [
      { ...ann, since: NOON - 83 * MINUTE, clients: 2 },
      { ...bob, since: NOON - 3 * MINUTE, clients: 1 },
    ];
    const here = channel === '/classes/4' ? users : [];
    return { kind: 'room', channel, epoch: 'e', v: 7, count: here.length, users: here };
  },
  user: async (uid) => [annReport, goneReport(bob), goneReport(carol)].find((user) => user.uid === uid) ?? null,
  time: async ({ channel }) => annReport.times.filter((time) => channel === undefined || time.channel === channel),
  at: async (channel, instant) => (channel === '/lessons/1' && instant >= NOON - 3 * MINUTE ? [ann] : []),
  log: async (query) => entries.filter(fits(query)).slice(0, query.limit ?? 100),
  logPages: async function* (query) {
    yield entries.filter(fits(query)).reverse();
  },
  stays: async function* ({ uid }: ExportQuery) {
    yield stays.filter((stay) => uid === undefined || stay.uid === uid);
  },
};

/** A report of which some questions are answered otherwise. */
export const reportWith = (other: Partial<Report>): Report => ({ ...report, ...other });
