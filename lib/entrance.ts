// Who may come in: what proves who somebody is, what they may do, and how many may be here.
import type { IncomingMessage } from 'node:http';
import { Addresses } from './addresses.js';
import { placeError } from './bayeux/channels.js';
import { Gate } from './bayeux/gate.js';
import { Prover } from './bayeux/prover.js';
import { createRules } from './bayeux/rules.js';
import { Sessions } from './bayeux/sessions.js';
import { Turnstile } from './bayeux/turnstile.js';
import { Validity } from './bayeux/validity.js';
import { steadyNow } from './clock.js';
import type { ClientId, Millis } from './domain.js';
import { grantError } from './grants.js';
import { byHost, byToken, byWord, type Identify } from './identity/identify.js';
import { Revocations } from './identity/revocations.js';
import { Tokens } from './identity/tokens.js';
import { clientKey, keysOf } from './keys.js';
import type { Config } from './options.js';
import { originsOf } from './origins.js';

export interface Entrance {
  readonly addresses: Addresses;
  readonly tokens: Tokens;
  readonly revocations: Revocations;
  readonly sessions: Sessions;
  /** What stands for a clientId where others may see it. */
  readonly keyOf: (id: ClientId) => string;
  /** What the adapter needs of it. */
  readonly door: ReturnType<typeof doorOf>;
}

export function createEntrance(config: Config, now: () => Millis, onError: (error: unknown) => void): Entrance {
  const tokens = new Tokens(keysOf(config), placeError, { grantError, onError });
  const revocations = new Revocations({ now: Date.now });
  const keyOf = clientKey(config);
  const addresses = new Addresses(config.trustProxy);
  const identify = identifyBy(config, tokens, revocations);
  const door = doorOf({ config, identify, tokens, revocations, keyOf, addresses, now, onError });
  return { addresses, tokens, revocations, sessions: door.sessions, keyOf, door };
}

interface Given extends Pick<Entrance, 'addresses' | 'tokens' | 'revocations' | 'keyOf'> {
  readonly config: Config;
  readonly identify: Identify;
  readonly now: () => Millis;
  readonly onError: (error: unknown) => void;
}

function doorOf({ config, identify, tokens, revocations, keyOf, addresses, now, onError }: Given) {
  const { anonymous, limits } = config;
  const addressOf = (request: IncomingMessage): string => addresses.of(request);
  const turnstile = new Turnstile({ limits, addressOf, now: steadyNow });
  const sessions = new Sessions({ key: keyOf, census: turnstile, now });
  const validity = new Validity({
    revocations,
    keptUntil: (identity) => tokens.keptUntil(identity),
    wall: () => Date.now(),
  });
  const gate = new Gate({
    prover: new Prover({ identify, claimless: config.authenticate !== undefined }),
    rules: createRules(config.authorize, onError),
    anonymous,
    sessions,
    turnstile,
    validity,
    onError,
  });
  const origins = originsOf(config.origins ?? [], addresses);
  return { gate, sessions, turnstile, validity, anonymous, limits, origins, addressOf };
}

function identifyBy(config: Config, tokens: Tokens, revocations: Revocations): Identify {
  if (config.authenticate) return byHost(config.authenticate, placeError);
  return config.trustClients ? byWord : byToken(tokens, revocations);
}
