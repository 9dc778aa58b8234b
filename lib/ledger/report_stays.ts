// The stays on activities within a window, a page after the other, by user: for files.
import { Op, type WhereOptions } from 'sequelize';
import type { StayRow } from '../../db/models/stay.js';
import type { Kind, Millis, Presence, Uid } from '../domain.js';
import type { ExportQuery, StayPart } from '../report.js';
import { checkInstants, checkRows } from './report_input.js';
import { channelNames, idOf, named, userNames } from './report_names.js';
import type { Sources } from './sources.js';

const PAGE = 1_000;
const ACTIVITY: Kind = 'activity';
const ORDER = ['uid', 'channel_id', 'started_at'];
const ATTRIBUTES = [...ORDER, 'seen_at', 'ended_at'];

/** Raw rows, for there may be very many: SQLite then gives dates as text, MySQL as dates. */
interface Raw {
  readonly uid: Uid;
  readonly channel_id: number;
  readonly started_at: Date | string;
  readonly seen_at: Date | string;
  readonly ended_at: Date | string | null;
}

/** A stay, and whether it still runs. */
interface Span {
  readonly uid: Uid;
  readonly channelId: number;
  readonly start: Millis;
  readonly end: Millis;
  readonly running: boolean;
}

export async function* readStays(sources: Sources, query: ExportQuery): AsyncGenerator<readonly StayPart[]> {
  checkInstants({ from: query.from, to: query.to });
  const { Stay } = sources.models;
  const id = query.channel === undefined ? undefined : await idOf(sources.models, query.channel);
  if (query.channel !== undefined && id === undefined) return;
  const where = within(query, id);
  await checkRows(query.most, (offset) => Stay.findOne({ attributes: ['id'], where, offset, raw: true }));

  const once = createOnce(query);
  let after: WhereOptions<StayRow> = {};
  for (;;) {
    const found: unknown = await Stay.findAll({
      attributes: ATTRIBUTES,
      where: { [Op.and]: [where, after] },
      order: ORDER,
      limit: PAGE,
      raw: true,
    });
    const rows = found as Raw[];
    const parts = (await spans(sources, rows)).flatMap(once);
    if (parts.length > 0) yield await describe(sources, parts);
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = beyond(last);
  }
}

/** An open stay may still run, whenever it was last seen. */
function within({ uid, from, to }: ExportQuery, channel: number | undefined): WhereOptions<StayRow> {
  return {
    kind: ACTIVITY,
    started_at: { [Op.lt]: new Date(to) },
    [Op.or]: [{ seen_at: { [Op.gt]: new Date(from) } }, { ended_at: null }],
    ...(uid === undefined ? {} : { uid }),
    ...(channel === undefined ? {} : { channel_id: channel }),
  };
}

/** The rows after one, in the order of the unique index. The first condition alone lets a database begin there at once. */
function beyond({ uid, channel_id, started_at }: Raw): WhereOptions<StayRow> {
  return {
    uid: { [Op.gte]: uid },
    [Op.or]: [
      { uid: { [Op.gt]: uid } },
      { channel_id: { [Op.gt]: channel_id } },
      { channel_id, started_at: { [Op.gt]: new Date(started_at) } },
    ],
  };
}

const at = (date: Date | string): Millis => new Date(date).getTime();

/** What runs goes on up to now; an open stay that nobody is in went up to when it was last seen. */
async function spans(sources: Sources, rows: readonly Raw[]): Promise<Span[]> {
  const open = new Set(rows.filter(({ ended_at }) => ended_at === null).map(({ uid }) => uid));
  const found = await Promise.all([...open].map(async (uid) => [uid, await sources.whereabouts(uid)] as const));
  const live = new Map<Uid, readonly Presence[]>(found);
  const names = await channelNames(
    sources.models,
    rows.filter(({ ended_at }) => ended_at === null).map(({ channel_id }) => channel_id),
  );
  const now = sources.now();
  return rows.map(({ uid, channel_id, started_at, seen_at, ended_at }) => {
    const start = at(started_at);
    const channel = names.get(channel_id);
    const runs = ({ kind, since, ...presence }: Presence): boolean =>
      kind === ACTIVITY && presence.channel === channel && Math.trunc(since) === start;
    const running = ended_at === null && (live.get(uid) ?? []).some(runs);
    return { uid, channelId: channel_id, start, end: running ? now : at(ended_at ?? seen_at), running };
  });
}

/** Clips stays to the window, and leaves out what an earlier stay of the same user on the same activity had already. */
function createOnce({ from, to }: ExportQuery): (span: Span) => Span[] {
  let last = '';
  let reached = from;
  return ({ uid, channelId, start, end, running }) => {
    const whose = `${channelId} ${uid}`;
    if (whose !== last) reached = from;
    last = whose;
    const part = { uid, channelId, start: Math.max(start, reached), end: Math.min(end, to) };
    reached = Math.max(reached, part.end);
    return part.start < part.end ? [{ ...part, running }] : [];
  };
}

async function describe({ models }: Sources, parts: readonly Span[]): Promise<StayPart[]> {
  const channels = await channelNames(
    models,
    parts.map(({ channelId }) => channelId),
  );
  const users = await userNames(
    models,
    parts.map(({ uid }) => uid),
  );
  return parts.flatMap(({ uid, channelId, start, end, running }) => {
    const channel = channels.get(channelId);
    return channel === undefined ? [] : [{ ...named(uid, users), channel, start, end, running }];
  });
}
