// What the dashboard reads of a request, whatever the host's application is set to.
import { parse } from 'node:querystring';
import type { Request } from 'express';

/** The query, without nesting: a field that stands there twice is an array, which no parameter may be. */
export function queryOf({ url }: Request): Readonly<Record<string, unknown>> {
  const mark = url.indexOf('?');
  return mark < 0 ? {} : parse(url.slice(mark + 1));
}

/** Where the dashboard is mounted: empty, or beginning with one slash, so that a link never names another host. */
export const baseOf = ({ baseUrl }: Request): string => baseUrl.replace(/^\/+/, '/');
