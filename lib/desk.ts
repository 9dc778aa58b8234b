// What the host and the dashboard may ask and do: status, lists, sending away, calling tokens back.
import type { Adapter } from './bayeux/adapter.js';
import { createDashboard } from './dashboard/index.js';
import type { Channel, Millis, Uid } from './domain.js';
import type { Entrance } from './entrance.js';
import { uidText } from './identity/names.js';
import type { TokenClaims, TokenOptions } from './identity/tokens.js';
import { formKeyOf } from './keys.js';
import { createKick } from './kick.js';
import type { History } from './ledger/history.js';
import type { Lull } from './lull.js';
import type { Metrics } from './metrics.js';
import type { Config } from './options.js';
import { originsOf } from './origins.js';
import { asPages, serverProof } from './outside.js';
import type { OnRefused } from './refusals.js';
import { Revoking } from './revoking.js';
import type { Shared } from './shared.js';
import { createStatus } from './status.js';

export interface DeskOptions {
  readonly config: Config;
  readonly shared: Shared;
  readonly entrance: Entrance;
  readonly bayeux: Adapter;
  readonly history: History;
  readonly lull: Lull;
  readonly metrics: Metrics;
  readonly onRefusal: OnRefused;
  readonly now: () => Millis;
  readonly warn: (message: string) => void;
  readonly onError: (error: unknown) => void;
}

export type Desk = ReturnType<typeof createDesk>;

export function createDesk(options: DeskOptions) {
  const { bayeux, config, entrance, lull, shared } = options;
  const { sessions, tokens } = entrance;
  const { store } = shared;
  const status = createStatus({ store, sessions, lull, insecure: config.trustClients === true });
  const answers = {
    rooms: async () => fullestFirst(await store.census('room')),
    room: (channel: Channel) => store.roster('room', channel),
    token: (claims: TokenClaims, tokenOptions?: TokenOptions) => tokens.sign(claims, tokenOptions),
  };
  const kick = createKick({ store, sessions, kick: (id) => bayeux.kick(id) });
  const revoking = createRevoking(options, kick);
  const dashboard = dashboardOf(options, { status, kick, revoking });
  return { status, answers, kick, revoking, dashboard };
}

function createRevoking({ bayeux, entrance, history, shared, onError }: DeskOptions, kick: Kick): Revoking {
  return new Revoking({
    revocations: entrance.revocations,
    book: history.revoked,
    shared: shared.among,
    now: Date.now,
    kick,
    dismiss: (uids) => bayeux.dismiss(uids),
    onError,
  });
}

type Kick = ReturnType<typeof createKick>;

interface Parts {
  readonly status: ReturnType<typeof createStatus>;
  readonly kick: Kick;
  readonly revoking: Revoking;
}

function dashboardOf(options: DeskOptions, { status, kick, revoking }: Parts): ReturnType<typeof createDashboard> {
  const { bayeux, config, entrance, history, metrics, now, warn, onError, onRefusal } = options;
  const { addresses, tokens } = entrance;
  const { limits } = config;
  const own = originsOf([], addresses);
  const ofTokens = {
    revoke: (uid: Uid) => revoking.revoke(uid),
    verifyServer: (token: string) => serverProof(tokens, token),
  };
  return createDashboard({
    report: history.report,
    status,
    actions: {
      kick,
      publish: (channel, data) => bayeux.publish(channel, asPages(data, limits)),
      // What rests on tokens, where there are tokens.
      ...(config.secret ? ofTokens : {}),
    },
    publishBytes: limits.bytes,
    addressOf: (request) => addresses.of(request),
    isOwnOrigin: (request) => own(request) === 'own',
    isUid: (text) => uidText.safeParse(text).success,
    onWrongLogin: (from) => onRefusal('login', from),
    formKey: formKeyOf(config),
    metrics,
    warn,
    ...(config.dashboard ? { access: config.dashboard } : {}),
    ...(config.timeZone === undefined ? {} : { timeZone: config.timeZone }),
    production: process.env.NODE_ENV === 'production',
    now,
    onError,
  });
}

const fullestFirst = (census: ReadonlyMap<Channel, number>) =>
  Array.from(census, ([channel, count]) => ({ channel, count })).sort((one, other) => other.count - one.count);
