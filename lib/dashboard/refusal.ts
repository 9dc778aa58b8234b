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
  404: 'Nothing here',
  405: 'Read only',
  503: 'Please come back in a moment',
};

export const titleOf = (refusal: Refusal): string => TITLES[refusal.status] ?? 'Something went wrong';

/** JSON for programs, pages for people: what lies under `/api` is for programs. */
export const wantsJson = (path: string): boolean => /^\/api(\/|$)/i.test(path);

/** What JSON says of a refusal. */
export const refusalJson = (refusal: Refusal) => ({
  error: { field: refusal.field ?? null, message: refusal.message },
});
