// A request that is not answered, and what the asker is told about it.
import type { Request } from 'express';

export interface Refusal {
  readonly status: number;
  /** One sentence: what is wrong and what to do. */
  readonly message: string;
  /** The parameter at fault, if it is one. */
  readonly field?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Decides whether a request may go on: null when it may. */
export type Check = (request: Request) => Promise<Refusal | null>;

const TITLES: Readonly<Record<number, string>> = {
  400: 'This cannot be answered',
  403: 'This may not be done so',
  404: 'Nothing here',
  405: 'Not in this way',
  429: 'One after the other',
  503: 'Please come back in a moment',
};

export const titleOf = (refusal: Refusal): string => TITLES[refusal.status] ?? 'Something went wrong';

/** JSON for programs, pages for people: what lies under `/api` is for programs, unless a form was sent there. */
export const wantsJson = (request: Request): boolean => /^\/api(\/|$)/i.test(request.path) && !isForm(request);

const isForm = (request: Request): boolean =>
  request.method === 'POST' && /^application\/x-www-form-urlencoded\b/i.test(request.get('content-type') ?? '');

/** Some questions are refused by who is asked, in words for the asker: `from: there are more than …`. */
export function questionIn(error: unknown): Refusal | null {
  const [, field, message] =
    error instanceof RangeError ? (/^(from|to|uid|channel|data): (.+)$/.exec(error.message) ?? []) : [];
  return field && message ? { status: 400, field, message } : null;
}

/** What JSON says of a refusal. */
export const refusalJson = (refusal: Refusal) => ({
  error: { field: refusal.field ?? null, message: refusal.message },
});
