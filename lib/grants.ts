// Which further channels a token may grant: what the door allows to nobody, no token allows.
import { isLiteral, isReserved, isServerOnly } from './bayeux/channels.js';
import type { GrantError } from './identity/tokens.js';

/** Literal channels, save the reserved ones and, to publish on, those on which only the server publishes. */
export const grantError: GrantError = (action, name) => {
  if (typeof name !== 'string') return 'must be a channel such as /news';
  if (name.includes('*')) return 'must name one channel: wildcards are for the server only';
  if (!isLiteral(name)) return 'must be a channel such as /news';
  if (isReserved(name)) return 'must not begin with /meta, /service or /faye_online';
  if (action === 'publish' && isServerOnly(name))
    return 'must not end in /user_list or /presence: only the server publishes there';
  return null;
};
