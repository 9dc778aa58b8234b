// The report: reads the tables, and asks the store who is here now. Writes nothing and repairs nothing.
import type { Sequelize } from 'sequelize';
import { defineModels } from '../../db/models/index.js';
import type { Channel } from '../domain.js';
import type { ChannelCount, Report } from '../report.js';
import { readLog } from './report_log.js';
import { readLogPages } from './report_log_pages.js';
import { readStays } from './report_stays.js';
import { readTimes } from './report_time.js';
import { readAt, readUser } from './report_users.js';
import type { Live, Sources } from './sources.js';

export interface ReportOptions extends Live {
  /** Migrated, and closed by who opened it. */
  readonly sequelize: Sequelize;
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
    logPages: (query) => readLogPages(sources, query),
    stays: (query) => readStays(sources, query),
  };
}

function fullestFirst(census: ReadonlyMap<Channel, number>): ChannelCount[] {
  const counts = Array.from(census, ([channel, count]) => ({ channel, count }));
  return counts.sort((a, b) => b.count - a.count || (a.channel < b.channel ? -1 : 1));
}
