// The site's secret keys: those that sign tokens, and the one that hashes clientIds.
import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import type { ClientId } from './domain.js';
import type { TokenKey } from './identity/tokens.js';
import type { Config } from './options.js';

export const keysOf = ({ secret }: Config): readonly TokenKey[] =>
  typeof secret === 'string' ? [{ secret }] : (secret ?? []);

/** A keyed hash of a clientId. The key is the site's, or random: the hash only has to be told apart, not told again. */
export function clientKey(config: Config): (id: ClientId) => string {
  const key = createSecretKey(Buffer.from(keysOf(config)[0]?.secret ?? randomBytes(32)));
  return (id) => createHmac('sha256', key).update(id).digest('base64url').slice(0, 16);
}
