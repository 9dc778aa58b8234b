// The files that can be taken: their columns, and how their rows are made.
import type { Millis } from '../domain.js';
import type { ExportQuery, LogEntry, Report, StayPart } from '../report.js';
import { csvRow } from './csv.js';
import { createWallClock } from './instant.js';

/** A file: the head of its columns, and its rows as text, a page after the other. */
export interface Book {
  readonly head: readonly string[];
  readonly pages: AsyncIterable<readonly string[]>;
}

/** By the name of the file. */
export type Books = Readonly<Record<string, (query: ExportQuery) => Book>>;

const LOG = ['time', 'event', 'uid', 'name', 'channel', 'client', 'time (UTC)'];
const TIME = [
  'uid',
  'name',
  'channel',
  'start',
  'end',
  'seconds',
  'milliseconds',
  'running',
  'start (UTC)',
  'end (UTC)',
];

/** Times are given twice: as the clock on the wall shows them, which spreadsheets read, and exactly. */
export function createBooks(report: Report, timeZone: string): Books {
  const wall = createWallClock(timeZone);
  const visit = ({ t, status, uid, uname, channel, client }: LogEntry): string =>
    csvRow([wall(t), status, uid, uname ?? uid, channel ?? '', client?.slice(0, 8) ?? '', utc(t)]);
  const stay = ({ uid, uname, channel, start, end, running }: StayPart): string => {
    const length = [Math.floor((end - start) / 1000), Math.round(end - start)];
    return csvRow([
      uid,
      uname,
      channel,
      wall(start),
      wall(end),
      ...length,
      running ? 'yes' : 'no',
      utc(start),
      utc(end),
    ]);
  };
  return {
    log: (query) => ({ head: LOG, pages: mapped(report.logPages(query), visit) }),
    time: (query) => ({ head: TIME, pages: mapped(report.stays(query), stay) }),
  };
}

async function* mapped<T>(pages: AsyncIterable<readonly T[]>, row: (item: T) => string): AsyncGenerator<string[]> {
  for await (const page of pages) yield page.map(row);
}

const utc = (instant: Millis): string => new Date(instant).toISOString();
