// How long a user was on each activity: the stays of the table and the presences of now, each instant counted once.
import { Op } from 'sequelize';
import type { Channel, Kind, Millis, Presence, Uid } from '../domain.js';
import type { TimeQuery, TimeSpent } from '../report.js';
import { groupBy } from './group.js';
import { clip, type Interval, measure } from './intervals.js';
import { checkInstants } from './report_input.js';
import { channelNames, idOf } from './report_names.js';
import type { Sources } from './sources.js';

export async function readTimes(sources: Sources, { uid, channel, from, to }: TimeQuery): Promise<TimeSpent[]> {
  checkInstants({ from, to });
  // Who is there is asked before the table: a stay that ends in between is then known as ended.
  const live = await presencesOf(sources, uid, channel);
  const now = sources.now();
  const window = { start: from ?? Number.NEGATIVE_INFINITY, end: Math.min(to ?? now, now) };
  const stays = await staysOf(sources, uid, channel, { from, to, begun: live.map(({ since }) => since) });
  const intervals = groupBy([...recorded(stays), ...running(stays, live, now)], (placed) => placed.channel);
  const here = new Set(to !== undefined && to <= now ? [] : live.map((presence) => presence.channel));
  return Array.from(intervals, ([where, placed]) => {
    const ms = measure(placed.map((interval) => clip(interval, window)));
    return { channel: where, ms, running: here.has(where) };
  })
    .filter((time) => time.ms > 0 || time.running)
    .sort((a, b) => b.ms - a.ms || (a.channel < b.channel ? -1 : 1));
}

/** A stay of the table, by the name of its channel. */
interface Known {
  readonly channel: Channel;
  readonly started: Millis;
  readonly seen: Millis;
  readonly ended: Millis | null;
}

type Placed = Interval & { readonly channel: Channel };

const ACTIVITY: Kind = 'activity';

/** What the table says: an open stay counts up to when it was last seen. */
function recorded(stays: readonly Known[]): Placed[] {
  return stays.map(({ channel, started, seen, ended }) => ({ channel, start: started, end: ended ?? seen }));
}

/** What runs on counts up to now, also when the table does not know of it yet. */
function running(stays: readonly Known[], live: readonly Presence[], now: Millis): Placed[] {
  // An ended stay of no length may have the same start as the one that followed it at once.
  const ended = stays.filter((stay) => stay.ended !== null && stay.ended > stay.started);
  const over = new Set(ended.map(({ channel, started }) => `${started} ${channel}`));
  return live
    .filter(({ channel, since }) => !over.has(`${Math.trunc(since)} ${channel}`))
    .map(({ channel, since }) => ({ channel, start: Math.trunc(since), end: now }));
}

async function presencesOf({ whereabouts }: Sources, uid: Uid, channel: Channel | undefined): Promise<Presence[]> {
  const live = (await whereabouts(uid)).filter(({ kind }) => kind === ACTIVITY);
  return channel === undefined ? live : live.filter((presence) => presence.channel === channel);
}

interface Window {
  readonly from: Millis | undefined;
  readonly to: Millis | undefined;
  /** Stays that began then are asked for in any case: they may have ended, though they seemed to run a moment ago. */
  readonly begun: readonly Millis[];
}

function within({ from, to, begun }: Window) {
  const ended = from === undefined ? {} : { [Op.or]: [{ ended_at: null }, { ended_at: { [Op.gt]: new Date(from) } }] };
  const started = to === undefined ? {} : { started_at: { [Op.lt]: new Date(to) } };
  const running = { started_at: { [Op.in]: begun.map((since) => new Date(since)) } };
  return { [Op.or]: [{ [Op.and]: [started, ended] }, running] };
}

async function staysOf({ models }: Sources, uid: Uid, channel: Channel | undefined, window: Window): Promise<Known[]> {
  const id = channel === undefined ? undefined : await idOf(models, channel);
  if (channel !== undefined && id === undefined) return [];
  const place = id === undefined ? {} : { channel_id: id };
  const bounded = window.from === undefined && window.to === undefined ? {} : within(window);
  const rows = await models.Stay.findAll({ where: { uid, kind: ACTIVITY, ...place, ...bounded } });
  const names = await channelNames(
    models,
    rows.map(({ channel_id }) => channel_id),
  );
  return rows.flatMap(({ channel_id, started_at, seen_at, ended_at }) => {
    const name = names.get(channel_id);
    if (name === undefined) return [];
    const ended = ended_at?.getTime() ?? null;
    return [{ channel: name, started: started_at.getTime(), seen: seen_at.getTime(), ended }];
  });
}
