// What a Rails application that uses the gem's tables sees: SQL of its own, knowing nothing of our models.
import { QueryTypes, type Sequelize } from 'sequelize';
import type { Channel, Millis } from '../../lib/domain.js';

type Value = number | string | null;

export interface LegacyReader {
  /** The list of a room, or undefined when it has none. */
  list(channel: Channel): Promise<unknown>;
  /** The times of a user, or undefined when there are none. */
  times(uid: string): Promise<Record<string, Value> | undefined>;
  /** As the gem counts: the seconds spent, and those since `started_at`. */
  spent(uid: string, channel: Channel): Promise<number>;
  /** The log as `<HH:MM:SS> <in|out> <uid> <channel>`, in UTC, sorted. */
  log(): Promise<string[]>;
  /** The log as clients, sorted: how often each came, less how often it went. */
  inside(): Promise<string[]>;
  versions(table: 'faye_channel_online_lists' | 'faye_user_online_times'): Promise<number[]>;
}

export function legacyReader(sequelize: Sequelize, now: () => Millis): LegacyReader {
  const select = <T extends object>(sql: string, replacements: Record<string, Value> = {}): Promise<T[]> =>
    sequelize.query<T>(sql, { type: QueryTypes.SELECT, replacements });

  const logged = () =>
    select<{ status: number; uid: string; t: string | Date; clientId: string; name: string }>(
      'SELECT l.status, l.uid, l.t, l.clientId, c.name FROM faye_user_login_logs l JOIN faye_channels c ON c.id = l.channel_id',
    );

  const reader: LegacyReader = {
    async list(channel) {
      const rows = await select<{ list: string }>(
        'SELECT l.user_info_list AS list FROM faye_channel_online_lists l JOIN faye_channels c ON c.id = l.channel_id WHERE c.name = :channel',
        { channel },
      );
      if (rows.length > 1) throw new Error(`${channel} has ${rows.length} lists.`);
      return rows[0] && JSON.parse(rows[0].list);
    },
    async times(uid) {
      const [row] = await select<{ times: string }>(
        'SELECT online_times AS times FROM faye_user_online_times WHERE user_id = :uid',
        { uid },
      );
      return row && JSON.parse(row.times);
    },
    async spent(uid, channel) {
      const times = (await reader.times(uid)) ?? {};
      const started = times[`${channel}_started_at`];
      const running = started ? (now() - instantOf(String(started))) / 1_000 : 0;
      return Number(times[`${channel}_spended`] ?? 0) + running;
    },
    async log() {
      const rows = await logged();
      return rows
        .map(({ status, uid, t, name }) => {
          const time = new Date(t).toISOString().slice(11, 19);
          return `${time} ${status === 1 ? 'in' : 'out'} ${uid} ${name}`;
        })
        .sort();
    },
    async inside() {
      const clients = new Map<string, number>();
      for (const { status, uid, clientId, name } of await logged()) {
        const client = `${uid} ${name} ${clientId}`;
        clients.set(client, (clients.get(client) ?? 0) + (status === 1 ? 1 : -1));
      }
      return [...clients].map(([client, times]) => `${client} ${times}`).sort();
    },
    async versions(table) {
      return (await select<{ version: number }>(`SELECT lock_version AS version FROM ${table} ORDER BY id`)).map(
        ({ version }) => version,
      );
    },
  };
  return reader;
}

/** `20261124100000` in Shanghai, which has no summer time. */
function instantOf(stamp: string): Millis {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(stamp) ?? [];
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  return Date.UTC(year, month - 1, day, hour - 8, minute, second);
}
