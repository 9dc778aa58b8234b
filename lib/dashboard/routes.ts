// The addresses of the dashboard. Each has a JSON twin: the same path under `/api`, answered by the same handler.
import type { z } from 'zod';
import type { Sources } from './handlers.js';
import * as answer from './handlers.js';
import { type Params, readParams } from './params.js';

/** What an address asked for: the parameters as they were read, and how to find the answer; or what is wrong. */
export type Reading =
  | { readonly params: object; ask(sources: Sources): Promise<object | null> }
  | { readonly field: string; readonly message: string };

export interface Route {
  readonly paths: readonly string[];
  /** The route answers only when this parameter is there; without it the next one may. */
  readonly needs?: string;
  /** The page; without one there is only JSON. */
  readonly view?: string;
  /** What is said when there is no such thing. */
  readonly missing?: string;
  read(given: Readonly<Record<string, unknown>>): Reading;
}

/** Channel names hold slashes, and user ids may hold anything: so both may stand in the query (`/users?uid=`). */
export const createRoutes = (params: Params): readonly Route[] => [
  route({ paths: ['/rooms'], needs: 'name', view: 'room', params: params.room, handler: answer.room }),
  route({ paths: ['/', '/rooms'], view: 'rooms', params: params.rooms, handler: answer.rooms }),
  route({
    paths: ['/users', '/users/:uid'],
    view: 'user',
    params: params.user,
    handler: answer.user,
    missing: NO_USER,
  }),
  route({ paths: ['/log'], view: 'log', params: params.log, handler: answer.log }),
  route({ paths: ['/at'], view: 'at', params: params.at, handler: answer.at }),
  route({ paths: ['/time'], params: params.time, handler: answer.time }),
  route({ paths: ['/status'], params: params.none, handler: answer.status }),
];

const NO_USER = 'No user with this id has ever been here. Look for the id in the login log.';

interface Row<P> extends Omit<Route, 'read'> {
  readonly params: z.ZodType<P>;
  handler(sources: Sources, params: P): Promise<object | null>;
}

function route<P extends object>({ params: schema, handler, ...row }: Row<P>): Route {
  return {
    ...row,
    read(given) {
      const read = readParams(schema, given);
      return 'message' in read ? read : { params: read.data, ask: (sources) => handler(sources, read.data) };
    },
  };
}
