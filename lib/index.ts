// faye-online: makes the parts and joins them. The only file that knows them all.
import type { Server } from 'node:http';
import { pino } from 'pino';
import type { FayeOnline } from './api.js';
import { Adapter } from './bayeux/adapter.js';
import { placeError } from './bayeux/channels.js';
import { Gate } from './bayeux/gate.js';
import { createRules, ownPlaces } from './bayeux/rules.js';
import { Sessions } from './bayeux/sessions.js';
import { steadyNow } from './clock.js';
import { createDashboard, type Status } from './dashboard/index.js';
import type { Channel, ClientId, Millis, Uid } from './domain.js';
import { Events, forwardEvents } from './events.js';
import { byHost, byToken, byWord, type Identify } from './identity/identify.js';
import { type TokenClaims, type TokenOptions, Tokens } from './identity/tokens.js';
import { clientKey, keysOf } from './keys.js';
import { History } from './ledger/history.js';
import { createMiddleware } from './middleware.js';
import { type Config, type Options, readOptions } from './options.js';
import { foreignTo } from './origins.js';
import { Announcer } from './presence/announcer.js';
import { MemoryStore } from './presence/memory.js';
import { Presence } from './presence/presence.js';
import type { LogQuery, TimeQuery } from './report.js';

export type { FayeOnline } from './api.js';
export type { Limits } from './bayeux/limits.js';
export type { Action, Actor, Authorize } from './bayeux/rules.js';
export type { Status } from './dashboard/index.js';
export type { Change, Channel, Client, Presence as PresenceOf, Roster, Uid, User } from './domain.js';
export type { OnlineEvents, PresenceEvent } from './events.js';
export type { Authenticate, Authenticated } from './identity/identify.js';
export type { TokenClaims, TokenKey, TokenOptions } from './identity/tokens.js';
export type { RequestOnline } from './middleware.js';
export type { DashboardAccess, Options } from './options.js';
export type { PresenceStore } from './presence/store.js';
export type { ChannelCount, LogEntry, LogQuery, TimeQuery, TimeSpent, UserReport } from './report.js';

/**
 * Presence and time-on-task over Faye, as one Express middleware: `app.use(fayeOnline({ secret }))`.
 * @throws TypeError naming the option that is wrong, and the remedy
 */
export function fayeOnline(options: Options): FayeOnline {
  const config = readOptions(options, process.env);
  const logger = config.logger ?? pino({ name: 'faye-online', level: process.env.LOG_LEVEL ?? 'warn' });
  const events = new Events((error) => logger.error({ err: error }, 'faye-online'));
  const onError = (error: unknown): void => events.error(error);
  const now = steadyNow;
  const started = now();
  const { timeout, fullListLimit, mount } = config;

  const store = config.store ?? new MemoryStore({ onOverflow: (dropped) => onError(overflow(dropped)) });
  const announcer = new Announcer({
    publish: (channel, data) => bayeux.announce(channel, data),
    roster: (room, limit) => store.roster('room', room, limit),
    listened: (channel) => bayeux.listened(channel),
    fullListLimit,
    alone: !config.store,
    onError,
  });
  const presence = new Presence({
    store,
    lease: 2.5 * timeout * 1000,
    grace: config.grace * 1000,
    sweepEvery: config.gc * 1000,
    now,
    onChange: (change) => {
      announcer.tell(change);
      history.nudge();
      events.change(change);
    },
    onError,
  });
  const tokens = new Tokens(keysOf(config), placeError);
  const keyOf = clientKey(config);
  const sessions = new Sessions(keyOf);
  const rules = createRules(config.authorize ?? ownPlaces, onError);
  const gate = new Gate({
    identify: identifyBy(config, tokens),
    rules,
    claimless: config.authenticate !== undefined,
    anonymous: config.anonymous,
    sessions,
    onError,
  });
  const { limits, ping, engine } = config;
  const foreign = foreignTo(config);
  const shared = { gate, sessions, listener: presence, welcome: announcer, foreign, now, onError };
  const bayeux = new Adapter({ mount, timeout, ping, limits, ...(engine ? { engine } : {}), ...shared });
  const zone = config.timeZone === undefined ? {} : { timeZone: config.timeZone };
  const history = new History({
    database: config.database,
    migrate: config.migrate ?? config.database === 'sqlite::memory:',
    ...zone,
    store,
    beat: () => presence.beat(),
    now,
    onError,
  });
  const { report } = history;
  forwardEvents(bayeux, events, keyOf);
  presence.start();
  // By way of setImmediate, so that after a stall what waits in the sockets is heard first.
  const sweep = setInterval(() => setImmediate(() => bayeux.sweep(now())), config.gc * 1000).unref();

  const status = async (): Promise<Status> => ({
    clients: sessions.size,
    users: new Set((await store.present()).map(({ user }) => user.uid)).size,
    rooms: (await store.census('room')).size,
    uptime: now() - started,
    insecure: config.trustClients === true,
    degraded: [],
  });
  const answers = {
    rooms: async () => fullestFirst(await store.census('room')),
    room: (channel: Channel) => store.roster('room', channel),
    token: (claims: TokenClaims, options?: TokenOptions) => tokens.sign(claims, options),
  };
  const dashboard = createDashboard({
    report,
    status,
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
    await presence.close();
    await announcer.close();
    bayeux.close();
    await history.close();
    if (!config.store) await store.close();
  };
  const { emitter } = events;
  const online: FayeOnline = Object.assign(createMiddleware({ bayeux, mount, dashboard, answers }), {
    bayeux,
    ready: history.ready,
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
    kick: async (whom: Uid | number | { readonly room: Channel }) => {
      const room = typeof whom === 'object' ? whom.room : undefined;
      const uids =
        typeof whom === 'object' ? (await store.roster('room', whom.room)).users.map(({ uid }) => uid) : [whom];
      const all = (await Promise.all(uids.map((uid) => store.clientsOf(String(uid))))).flat();
      const ids = all.filter((id) => room === undefined || sessions.get(id)?.client?.place.room === room);
      for (const id of ids) bayeux.kick(id);
      return ids.length;
    },
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

const overflow = (dropped: number): Error =>
  new Error(`the database is away and the journal is full: ${dropped} changes will be missing in the history`);

function identifyBy(config: Config, tokens: Tokens): Identify {
  if (config.authenticate) return byHost(config.authenticate);
  return config.trustClients ? byWord : byToken(tokens);
}
