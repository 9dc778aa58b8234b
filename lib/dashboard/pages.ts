// Turns data into pages. The only place that knows EJS.
import ejs from 'ejs';
import type { Millis } from '../domain.js';
import { type Asset, viewFile } from './files.js';
import * as format from './format.js';
import { wallClock } from './instant.js';
import { createLinks } from './links.js';
import type { Settings } from './options.js';
import * as paging from './paging.js';
import type { Status } from './status.js';

/** What one page shows. */
export interface Content {
  readonly view: string;
  /** Where the dashboard is mounted. */
  readonly base: string;
  readonly now: Millis;
  /** Null when it could not be found out. */
  readonly status: Status | null;
  readonly params: object;
  readonly data: object;
  /** For the forms of the page. */
  readonly token: string;
}

/**
 * Everything is set here, as EJS may be shared with the host and set otherwise by it. Strict: views see `page` and
 * nothing else, no globals of ours and no `with`.
 */
const EJS = {
  cache: true,
  strict: true,
  localsName: 'page',
  delimiter: '%',
  openDelimiter: '<',
  closeDelimiter: '>',
};

export type Pages = ReturnType<typeof createPages>;

export function createPages({ title, links, timeZone, actions }: Settings, assets: readonly Asset[]) {
  const clock = format.createClock(timeZone);
  const wall = (instant: Millis | undefined): string => (instant === undefined ? '' : wallClock(instant, timeZone));

  const can = { kick: Boolean(actions.kick), revoke: Boolean(actions.revoke) };

  return ({ view, base, now, status, params, data, token }: Content): Promise<string> => {
    const to = createLinks(base);
    const asset = Object.fromEntries(assets.map(({ name, hash }) => [name, to.asset(name, hash)]));
    const site = { title, links, timeZone };
    return ejs.renderFile(
      viewFile(view),
      { site, asset, to, now, status, params, data, token, can, clock, wall, format, paging },
      EJS,
    );
  };
}
