// What a batch of changes means for the tables, before any of them is looked at.
import {
  type Cause,
  type Change,
  type Channel,
  type Kind,
  logChannel,
  type Millis,
  type Step,
  type Uid,
  type User,
} from '../domain.js';

/** A line of the login log. */
export interface Visit {
  readonly status: 0 | 1;
  readonly uid: Uid;
  readonly channel: Channel;
  readonly at: Millis;
  /** The keyed hash of the clientId. */
  readonly key: string;
  /** Since when the user is there, when the client was told of again: then the line is there already, most likely. */
  readonly again?: Millis;
}

/** A presence that began or ended. */
export interface Stay {
  readonly uid: Uid;
  readonly channel: Channel;
  readonly kind: Kind;
  readonly started: Millis;
  readonly seen: Millis;
  /** Null when it runs on after the batch. */
  readonly end: { readonly at: Millis; readonly by: Cause } | null;
  /** Ends that were none, by what is told: of who is told of again no crash was the end, of who is back nor was a loss. */
  readonly revokes: readonly string[];
}

export interface Seen extends User {
  readonly seen: Millis;
}

export interface Rows {
  readonly visits: readonly Visit[];
  readonly stays: readonly Stay[];
  /** The name that a user last had, and when they were last seen. */
  readonly users: readonly Seen[];
  /** All channels that are spoken of, by first use. */
  readonly channels: readonly Channel[];
}

/** Folds changes, in their order, into rows: what began and ended within the batch is one stay. */
export function rowsOf(changes: readonly Change[]): Rows {
  const stays = new Map<string, Stay>();
  const users = new Map<Uid, Seen>();
  for (const change of changes) {
    const { user, at } = change;
    users.set(user.uid, { ...user, seen: Math.max(at, users.get(user.uid)?.seen ?? at) });
    for (const step of change.steps) {
      if (step.presence !== 'kept') fold(stays, change, step);
    }
  }
  const visits = changes.flatMap(visitsOf);
  const named = [
    ...changes.flatMap(({ steps }) => steps.map(({ channel }) => channel)),
    ...visits.map((v) => v.channel),
  ];
  return { visits, stays: [...stays.values()], users: [...users.values()], channels: [...new Set(named)] };
}

/** A stay is the same stay when user, channel, kind and start are. A channel has no blanks in it. */
export function stayKey(uid: Uid, channel: Channel | number, kind: Kind, started: Millis): string {
  return `${kind} ${Math.trunc(started)} ${channel} ${uid}`;
}

const REVOKED: Partial<Record<Cause, readonly string[]>> = { again: ['crash'], back: ['crash', 'lost'] };

function fold(stays: Map<string, Stay>, { user: { uid }, cause }: Change, step: Step): void {
  const { channel, kind, since: started } = step;
  const key = stayKey(uid, channel, kind, started);
  const at = Math.max(started, step.at);
  const end = step.presence === 'ended' ? { at, by: cause } : null;
  stays.set(key, { uid, channel, kind, started, seen: at, end, revokes: REVOKED[cause] ?? [] });
}

function visitsOf(change: Change): Visit[] {
  const { from, to, user, key, at, cause } = change;
  const [left, entered] = [logChannel(from), logChannel(to)];
  const line = (status: 0 | 1, channel: Channel | undefined): Visit[] =>
    channel === undefined ? [] : [{ status, uid: user.uid, channel, at, key }];
  if (REVOKED[cause]) return line(1, entered).map((visit) => ({ ...visit, again: sinceOf(change, visit.channel) }));
  if (left === entered) return [];
  return [...line(0, left), ...line(1, entered)];
}

/** Since when the user is in the channel. */
function sinceOf({ steps, at }: Change, channel: Channel): Millis {
  return Math.min(at, ...steps.filter((step) => step.channel === channel).map(({ since }) => since));
}
