// Data as JSON: instants in ISO 8601, lengths of time in whole seconds, uids as they stand on the wire.
import { type Millis, wireUid } from '../domain.js';

const INSTANTS = new Set(['since', 'seen', 'lastSeen', 't']);
const LENGTHS: Readonly<Record<string, string>> = { ms: 'seconds', uptime: 'uptimeSeconds' };

/** What has a `since` also gets `seconds`: how long that is ago at `now`. */
export function toJson(value: unknown, now: Millis): unknown {
  if (Array.isArray(value)) return value.map((item) => toJson(item, now));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => toPairs(key, inner, now)));
}

function toPairs(key: string, value: unknown, now: Millis): [string, unknown][] {
  if (key === 'uid' && typeof value === 'string') return [[key, wireUid(value)]];
  if (typeof value !== 'number') return [[key, toJson(value, now)]];
  const length = LENGTHS[key];
  if (length) return [[length, seconds(value)]];
  if (!INSTANTS.has(key)) return [[key, value]];
  const instant: [string, unknown] = [key, new Date(value).toISOString()];
  return key === 'since' ? [instant, ['seconds', seconds(now - value)]] : [instant];
}

const seconds = (length: Millis): number => Math.max(0, Math.floor(length / 1000));
