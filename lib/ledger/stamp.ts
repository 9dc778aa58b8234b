// Local time as the gem writes it into online_times: `20261124095526`, without a zone.
import type { Millis } from '../domain.js';

export type Stamp = (at: Millis) => string;

/**
 * Makes the function that writes an instant as `%Y%m%d%H%M%S` in a time zone, by default the process's own.
 * @throws a RangeError that names the option when there is no such zone.
 */
export function stampIn(timeZone?: string): Stamp {
  const format = localFormat(timeZone);
  // Who comes in a crowd comes in the same second.
  let last: { readonly second: number; readonly text: string } | undefined;
  return (at) => {
    const second = Math.floor(at / 1000);
    if (last?.second !== second) last = { second, text: written(format, at) };
    return last.text;
  };
}

function written(format: Intl.DateTimeFormat, at: Millis): string {
  const part = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const year = (part.get('year') ?? '').padStart(4, '0');
  return [year, ...['month', 'day', 'hour', 'minute', 'second'].map((name) => part.get(name as 'month'))].join('');
}

function localFormat(timeZone: string | undefined): Intl.DateTimeFormat {
  const two = '2-digit';
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: two,
      day: two,
      hour: two,
      minute: two,
      second: two,
    });
  } catch (error) {
    throw new RangeError(`timeZone: ${JSON.stringify(timeZone)} is not an IANA zone. Use one such as Asia/Shanghai.`, {
      cause: error,
    });
  }
}
