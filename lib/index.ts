// faye-online: makes the parts and joins them. The only file that knows them all.
import type { IncomingMessage, Server } from 'node:http';
import { pino } from 'pino';
import { Addresses } from './addresses.js';
import type { FayeOnline } from './api.js';
import { Adapter } from './bayeux/adapter.js';
import { PRESENCE, placeError, roomOf, USER_LIST } from './bayeux/channels.js';
import { Gate } from './bayeux/gate.js';
import { Prover } from './bayeux/prover.js';
import type { RefusalKind } from './bayeux/refusal.js';
import { createRules, ownPlaces } from './bayeux/rules.js';
import { Sessions } from './bayeux/sessions.js';
import { Turnstile } from './bayeux/turnstile.js';
import { Validity } from './bayeux/validity.js';
import { steadyNow } from './clock.js';
import { createDashboard } from './dashboard/index.js';
import type { Channel, ClientId, Millis, Uid } from './domain.js';
import { Events, forwardEvents } from './events.js';
import { grantError } from './grants.js';
import { byHost, byToken, byWord, type Identify } from './identity/identify.js';
import { Unidentified } from './identity/identity.js';
import { Revocations } from './identity/revocations.js';
import { type TokenClaims, type TokenOptions, Tokens } from './identity/tokens.js';
import { clientKey, formKeyOf, keysOf } from './keys.js';
import { createKick } from './kick.js';
import { History } from './ledger/history.js';
import { Log } from './log.js';
import { Lull } from './lull.js';
import { Metrics } from './metrics.js';
import { createMiddleware } from './middleware.js';
import { type Config, type Options, readOptions } from './options.js';
import { originsOf } from './origins.js';
import { Announcer } from './presence/announcer.js';
import { Presence } from './presence/presence.js';
import { Refusals } from './refusals.js';
import type { LogQuery, TimeQuery } from './report.js';
import { Revoking } from './revoking.js';
import { openShared } from './shared.js';
import { createStatus } from './status.js';

export type { FayeOnline } from './api.js';
export type { Limits } from './bayeux/limits.js';
export { redisEngine } from './bayeux/redis_engine.js';
export type { Action, Actor, Authorize } from './bayeux/rules.js';
export type { Status } from './dashboard/index.js';
export type { Change, Channel, Client, Presence as PresenceOf, Roster, Uid, User } from './domain.js';
export type { OnlineEvents, PresenceEvent } from './events.js';
export type { Authenticate, Authenticated } from './identity/identify.js';
export type { TokenClaims, TokenKey, TokenOptions } from './identity/tokens.js';
export type { RequestOnline } from './middleware.js';
export type { DashboardAccess, Options } from './options.js';
export type { PresenceStore } from './presence/store.js';
export type { RedisOptions } from './redis.js';
export type { ChannelCount, LogEntry, LogQuery, TimeQuery, TimeSpent, UserReport } from './report.js';

const BUS = 'The bus between the processes';
/** How long nobody is taken out after Redis was away: the lease of a process there. */
const PATIENCE: Millis = 15_000;
/** How long nothing is announced after that. Processes find Redis within two seconds, and have said who is here a second later. */
const SETTLE: Millis = 5_000;

/**
 * Presence and time-on-task over Faye, as one Express middleware: `app.use(fayeOnline({ secret }))`.
 * @throws TypeError naming the option that is wrong, and the remedy
 */
export function fayeOnline(options: Options): FayeOnline {
  const config = readOptions(options, process.env);
  const logger = config.logger ?? pino({ name: 'faye-online', level: process.env.LOG_LEVEL ?? 'warn' });
  const log = new Log(logger);
  const events = new Events((error) => {
    metrics.failed();
    log.error(error);
  });
  const onError = (error: unknown): void => events.error(error);
  const { timeout, fullListLimit, mount } = config;
  const shared = openShared(config, onError);
  const { store, bus, now } = shared;

  const metrics = new Metrics({
    clients: () => sessions.size,
    sockets: () => bayeux.sockets,
    away: () => lull.away.length,
    backlog: store.backlog?.bind(store),
    onError,
  });
  const announcer = new Announcer({
    publish: (channel, data) => bayeux.announce(channel, data),
    roster: (room, limit) => store.roster('room', room, limit),
    listened: (channel) => bayeux.listened(channel),
    fullListLimit,
    // With the bus, this process announces to its own clients what all processes change.
    alone: !shared.among || bus !== undefined,
    onError,
  });
  const lull = new Lull({
    hold: () => announcer.hold(),
    resume: () => announcer.resume(roomsOf(bayeux.subscribed())),
    settle: SETTLE,
  });
  const presence = new Presence({
    store,
    lease: 2.5 * timeout * 1000,
    grace: config.grace * 1000,
    sweepEvery: config.gc * 1000,
    ...(shared.among ? { patience: PATIENCE } : {}),
    now,
    onChange: (change) => {
      metrics.changed(change);
      announcer.tell(change);
      if (!shared.tells) bus?.tell('changes', change);
      history.nudge();
      events.change(change);
    },
    onAway: () => lull.begin('Redis'),
    onBack: () => lull.end('Redis'),
    onError,
  });
  bus?.on('changes', (change) => announcer.tell(change));
  bus?.watch((answers) => (answers ? lull.end(BUS) : lull.begin(BUS)));
  const tokens = new Tokens(keysOf(config), placeError, { grantError, onError });
  const revocations = new Revocations({ now: Date.now });
  const keyOf = clientKey(config);
  const addresses = new Addresses(config.trustProxy);
  const addressOf = (request: IncomingMessage): string => addresses.of(request);
  const turnstile = new Turnstile({ limits: config.limits, addressOf, now: steadyNow });
  const sessions = new Sessions({ key: keyOf, census: turnstile, now });
  const validity = new Validity({ revocations, wall: () => Date.now() });
  const rules = createRules(config.authorize ?? ownPlaces, onError);
  const gate = new Gate({
    prover: new Prover({
      identify: identifyBy(config, tokens, revocations),
      claimless: config.authenticate !== undefined,
    }),
    rules,
    anonymous: config.anonymous,
    sessions,
    turnstile,
    validity,
    onError,
  });
  const refusals = new Refusals(logger);
  const { limits, ping, engine, anonymous } = config;
  const parts = {
    gate,
    sessions,
    turnstile,
    validity,
    anonymous,
    listener: presence,
    welcome: announcer,
    origins: originsOf(config.origins ?? [], addresses),
    addressOf,
    onRefusal: (kind: RefusalKind, from: { readonly address?: string }) => {
      metrics.refused(kind);
      refusals.note(kind, from);
    },
    now,
    onError,
  };
  const carried = { ...(engine ? { engine } : {}), ...(bus ? { bus } : {}) };
  const bayeux = new Adapter({ mount, timeout, ping, limits, ...carried, ...parts });
  const zone = config.timeZone === undefined ? {} : { timeZone: config.timeZone };
  const history = new History({
    database: config.database,
    migrate: config.migrate ?? config.database === 'sqlite::memory:',
    ...zone,
    // Said once in the life of a site, and what teachers are paid by.
    tell: (line) => logger.warn(line),
    store,
    storeReady: shared.ready,
    shared: shared.among,
    settled: () => presence.settled,
    beat: () => presence.beat(),
    now,
    onError,
  });
  const { report } = history;
  forwardEvents(bayeux, events, keyOf);
  void shared.begun.then(() => presence.start());
  // By way of setImmediate, so that after a stall what waits in the sockets is heard first.
  const sweep = setInterval(() => setImmediate(() => bayeux.sweep(now())), config.gc * 1000).unref();

  const status = createStatus({ store, sessions, lull, insecure: config.trustClients === true });
  const answers = {
    rooms: async () => fullestFirst(await store.census('room')),
    room: (channel: Channel) => store.roster('room', channel),
    token: (claims: TokenClaims, options?: TokenOptions) => tokens.sign(claims, options),
  };
  const kick = createKick({ store, sessions, kick: (id) => bayeux.kick(id) });
  const revoking = new Revoking({
    revocations,
    book: history.revoked,
    shared: shared.among,
    now: Date.now,
    kick,
    dismiss: (uids) => bayeux.dismiss(uids),
    onError,
  });
  const dashboard = createDashboard({
    report,
    status,
    actions: {
      kick,
      ...(config.secret ? { revoke: (uid: Uid) => revoking.revoke(uid) } : {}),
      publish: (channel, data) => bayeux.publish(channel, data),
      ...(config.secret ? { verifyServer: (token: string) => isOurServer(tokens, token) } : {}),
    },
    formKey: formKeyOf(config),
    metrics,
    warn: (message) => logger.warn(message),
    ...(config.dashboard ? { access: config.dashboard } : {}),
    ...zone,
    production: process.env.NODE_ENV === 'production',
    now,
    onError,
  });
  if (config.trustClients) logger.warn('option "trustClients": anyone can be anyone. Never on the open internet');

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    clearInterval(sweep);
    revoking.close();
    await presence.close();
    await announcer.close();
    bayeux.close();
    await history.close();
    lull.close();
    await shared.close();
  };
  const { emitter } = events;
  const online: FayeOnline = Object.assign(createMiddleware({ bayeux, addresses, mount, dashboard, answers }), {
    bayeux,
    ready: history.ready.then(() => revoking.start()),
    attach: (server: Server, prefix?: string) => {
      bayeux.attach(server, prefix);
      return online;
    },
    publish: (channel: Channel, data: unknown) => bayeux.publish(channel, data),
    ...answers,
    user: (uid: Uid | number) => report.user(String(uid)),
    time: (query: TimeQuery) => report.time(query),
    at: (channel: Channel, instant: Date | Millis) => report.at(channel, Number(instant)),
    log: (query: LogQuery = {}) => report.log(query),
    status,
    metrics: () => metrics.text(),
    kick,
    revoke: (uid: Uid | number) => revoking.revoke(uid),
    hasConnection: (clientId: ClientId) => bayeux.hasConnection(clientId),
    on: emitter.on.bind(emitter),
    once: emitter.once.bind(emitter),
    off: emitter.off.bind(emitter),
    close: () => {
      closing ??= close();
      return closing;
    },
  });
  return online;
}

const fullestFirst = (census: ReadonlyMap<Channel, number>) =>
  Array.from(census, ([channel, count]) => ({ channel, count })).sort((one, other) => other.count - one.count);

/** The rooms whose presence or list somebody subscribes to. */
function* roomsOf(channels: Iterable<Channel>): Iterable<Channel> {
  for (const channel of channels) {
    const room = roomOf(channel, PRESENCE) ?? roomOf(channel, USER_LIST);
    if (room !== null) yield room;
  }
}

/** A token that is none is a refusal; keys that cannot be had are an error. */
async function isOurServer(tokens: Tokens, token: string): Promise<boolean> {
  try {
    await tokens.verifyServer(token);
    return true;
  } catch (error) {
    if (error instanceof Unidentified && error.code !== 500) return false;
    throw error;
  }
}

function identifyBy(config: Config, tokens: Tokens, revocations: Revocations): Identify {
  if (config.authenticate) return byHost(config.authenticate);
  return config.trustClients ? byWord : byToken(tokens, revocations);
}
