// Long lists, a page at a time.
import type { Millis } from '../domain.js';
import type { LogEntry, LogQuery } from '../report.js';

/** What `_paging.ejs` shows: where the reader is, and the pages before and after. */
export interface Paging {
  readonly text: string;
  readonly previous: string | null;
  readonly next: string | null;
}

const SIZE = 100;

/** One page of a list that is known whole. A page past the end shows the last one. */
export function paginate<T>(items: readonly T[], wanted: number, href: (page: number) => string) {
  const pages = Math.max(1, Math.ceil(items.length / SIZE));
  const page = Math.min(wanted, pages);
  const start = (page - 1) * SIZE;
  const rows = items.slice(start, start + SIZE);
  const paging: Paging = {
    text: `${start + 1}–${start + rows.length} of ${items.length}`,
    previous: page > 1 ? href(page - 1) : null,
    next: page < pages ? href(page + 1) : null,
  };
  return { rows, start, paging: pages > 1 ? paging : null };
}

/** The log goes on before its last entry shown. Entries of that same instant are shown again rather than lost. */
export function older(entries: readonly LogEntry[], query: LogQuery): LogQuery | null {
  const last = entries.at(-1);
  if (!last || entries.length < (query.limit ?? SIZE)) return null;
  return { ...query, to: before(last.t, query.to) };
}

const before = (last: Millis, end: Millis = Number.POSITIVE_INFINITY): Millis => (last + 1 < end ? last + 1 : last);
