// Pages of ann's on a stock Faye server, and what they are told.
import { beforeEach, expect, onTestFinished, vi } from 'vitest';
import { type ClientOptions, init_online_client, type OnlineClient } from '../../lib/client/index.js';
import type { Delta, Snapshot, User } from '../../lib/client/roster.js';
import { Faye, StockFaye } from './stock_faye.js';

export { Faye };

export const ann = { uid: 1, uname: 'ann' };
export const bob = { uid: 2, uname: 'bob' };
export const carol = { uid: 3, uname: 'carol' };
export const CLASS = '/classes/4';
export const auth = { room_channel: CLASS, time_channel: '/courses/5/lessons/1', current_user: ann };

export const here = (v: number, ...users: User[]): Snapshot => ({ epoch: 'e', v, count: users.length, users });
export const joins = (v: number, user: User, count: number): Delta => ({
  epoch: 'e',
  v,
  count,
  joins: [{ ...user, v }],
  leaves: [],
});
export const leaves = (v: number, { uid }: User, count: number): Delta => ({
  epoch: 'e',
  v,
  count,
  joins: [],
  leaves: [{ uid, v }],
});

/** What a page was told, in order. */
export function diary({ online }: OnlineClient): string[] {
  const told: string[] = [];
  online.onSync((roster, count) => told.push(`${roster.map(({ uname }) => uname).join(' ')} (${count})`));
  online.onJoin(({ uname }) => told.push(`+${uname}`));
  online.onLeave(({ uname }) => told.push(`-${uname}`));
  return told;
}

export function states({ online }: OnlineClient): string[] {
  const told: string[] = [online.state];
  online.onState((state, reason) => told.push(reason === null ? state : `${state}: ${reason}`));
  return told;
}

export const soon = (check: () => void, timeout = 10_000): Promise<void> =>
  vi.waitFor(check, { timeout, interval: 20 });

/** A new one for each test. */
export let server: StockFaye;

beforeEach(async () => {
  server = await StockFaye.start();
  server.snapshots.set(`${CLASS}/presence`, here(10, ann, bob));
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

export function open(options: Partial<ClientOptions> = {}): OnlineClient {
  const client = init_online_client({ faye_url: server.url, auth_opts: auth, ...options }, Faye);
  onTestFinished(() => client.online.leave());
  return client;
}

/** The client is not what the promise gives: it has a `then` itself, which Faye calls when it is connected. */
export const synced = ({ online }: OnlineClient): Promise<void> => soon(() => expect(online.roster).toHaveLength(2));
