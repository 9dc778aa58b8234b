// Two keys of a site, servers that have them, and ann's token under any key.
import { placeError } from '../../lib/bayeux/channels.js';
import { type Secret, Tokens, type TokensOptions } from '../../lib/identity/tokens.js';
import { CLAIMS, forge, HEADER, NOON, OTHER, SECRET } from './forge.js';

export const OLD = { kid: '2025', secret: OTHER };
export const NEW = { kid: '2026', secret: SECRET };
export const annInRoom = { uid: 'ann', uname: 'Ann', room: '/classes/4' };
export const ANN = { user: { uid: 'ann', uname: 'Ann' } };

export const at = (secret: Secret, options: TokensOptions = {}) =>
  new Tokens(secret, placeError, { now: () => NOON, ...options });
export const under = (kid: string | undefined, secret: string): string => forge(CLAIMS, { ...HEADER, kid }, secret);
export const kidOf = (token: string): unknown =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;
