// Who may see the dashboard. Decided in one place, before anything is routed; what is not allowed is refused.
import type { Request } from 'express';
import { basicCheck, type Credentials, type Doorkeeping } from './basic.js';
import { loopbackCheck } from './loopback.js';
import type { Check } from './refusal.js';

/** Asks the host whether a request may see the dashboard. Only `true` lets it in; throwing refuses it. */
export interface Authorize {
  authorize(request: Request): boolean | Promise<boolean>;
}

/** Not set: in production there is no dashboard at all, in development only this machine sees it. */
export type Access = Credentials | Authorize | undefined;

export interface AccessOptions extends Doorkeeping {
  readonly access?: Access;
  readonly production: boolean;
  readonly onError: (error: unknown) => void;
}

/**
 * @returns the check that every request has to pass; null when there is to be no dashboard.
 * @throws TypeError when `access` is neither of the two shapes.
 */
export function createCheck(options: AccessOptions): Check | null {
  const { access, production, onError } = options;
  if (access === undefined) return production ? null : loopbackCheck;
  assertAccess(access);
  return 'authorize' in access ? hostCheck(access, onError) : basicCheck(access, options);
}

function hostCheck(access: Authorize, onError: (error: unknown) => void): Check {
  const refusal = { status: 403, message: 'You may not see this dashboard. Ask whoever runs this site for access.' };
  return async (request) => {
    try {
      return (await access.authorize(request)) === true ? null : refusal;
    } catch (error) {
      onError(error);
      return refusal;
    }
  };
}

/** Options come from JavaScript and from the environment too: a forgotten password must not let everybody in. */
function assertAccess(access: unknown): asserts access is Credentials | Authorize {
  const given = Object(access) as Partial<Credentials & Authorize>;
  const credentials = given.user !== undefined || given.password !== undefined;
  if (credentials === (given.authorize !== undefined)) {
    throw new TypeError('dashboard: give either {user, password} or {authorize(request)}, or leave it out');
  }
  if (!credentials) {
    if (typeof given.authorize === 'function') return;
    throw new TypeError('dashboard.authorize: give a function that answers true for whoever may see the dashboard');
  }
  if (typeof given.user !== 'string' || given.user === '' || given.user.includes(':')) {
    throw new TypeError('dashboard.user: give a user name that is not empty and has no ":" in it');
  }
  if (typeof given.password !== 'string' || given.password === '') {
    throw new TypeError('dashboard.password: give a password that is not empty');
  }
}
