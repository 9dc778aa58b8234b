// The report: reads the tables, and asks the store who is here now. Writes nothing and repairs nothing.
import type { Sequelize } from 'sequelize';
import { defineModels, type Models } from '../../db/models/index.js';
import type { Channel, Kind, Millis, Presence, Roster, Uid } from '../domain.js';
import type { ChannelCount, Report } from '../report.js';
import { readLog } from './report_log.js';
import { readTimes } from './report_time.js';
import { readAt, readUser } from './report_users.js';

export interface ReportOptions {
  /** Migrated, and closed by who opened it. */
  readonly sequelize: Sequelize;
  /** The live functions of the store. */
  readonly roster: (kind: Kind, channel: Channel) => Promise<Roster>;
  readonly census: (kind: Kind) => Promise<Map<Channel, number>>;
  readonly whereabouts: (uid: Uid) => Promise<Presence[]>;
  readonly now: () => Millis;
}

/** What the readings are made from. */
export interface Sources extends Omit<ReportOptions, 'sequelize'> {
  readonly models: Models;
}

/**
 * Exact to the millisecond for what runs and for what has been written down. A stay that has just ended counts only up to
 * its last checkpoint, and one that also began just now does not count, until the ledger has written it, within 1 s.
 */
export function createReport({ sequelize, ...live }: ReportOptions): Report {
  const sources: Sources = { ...live, models: defineModels(sequelize) };
  return {
    channels: async (kind) => fullestFirst(await live.census(kind)),
    room: (channel) => live.roster('room', channel),
    user: (uid) => readUser(sources, uid),
    time: (query) => readTimes(sources, query),
    at: (channel, instant) => readAt(sources, channel, instant),
    log: (query) => readLog(sources, query),
  };
}

function fullestFirst(census: ReadonlyMap<Channel, number>): ChannelCount[] {
  const counts = Array.from(census, ([channel, count]) => ({ channel, count }));
  return counts.sort((a, b) => b.count - a.count || (a.channel < b.channel ? -1 : 1));
}
