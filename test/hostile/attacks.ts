// All attacks, by their numbers.
import type { Attack } from './attack.js';
import { httpAttacks } from './attacks_http.js';
import { messageAttacks } from './attacks_messages.js';
import { sessionAttacks } from './attacks_sessions.js';

export const attacks: readonly Attack[] = [...httpAttacks, ...messageAttacks, ...sessionAttacks].sort(
  (one, other) => one.row - other.row,
);
