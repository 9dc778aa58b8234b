// faye-online: makes the parts and joins them. The only file that knows them all.
import type { Server } from 'node:http';
import { pino } from 'pino';
import type { FayeOnline } from './api.js';
import { createAttendance } from './attendance.js';
import { Adapter } from './bayeux/adapter.js';
import { createDesk } from './desk.js';
import type { Channel, ClientId, Millis, Uid } from './domain.js';
import { createEntrance } from './entrance.js';
import { Events, forwardEvents } from './events.js';
import { History } from './ledger/history.js';
import { Log } from './log.js';
import { Metrics } from './metrics.js';
import { createMiddleware } from './middleware.js';
import { type Options, readOptions } from './options.js';
import { type OnRefused, Refusals } from './refusals.js';
import type { LogQuery, TimeQuery } from './report.js';
import { openShared } from './shared.js';

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
  const { engine, mount, ping, timeout } = config;
  const shared = openShared(config, onError);
  const { store, bus, now } = shared;

  const metrics = new Metrics({
    clients: () => sessions.size,
    sockets: () => bayeux.sockets,
    away: () => lull.away.length,
    backlog: store.backlog?.bind(store),
    onError,
  });
  const entrance = createEntrance(config, now, onError);
  const { sessions } = entrance;
  const { announcer, lull, presence } = createAttendance({
    config,
    shared,
    bayeux: () => bayeux,
    onChange: (change) => {
      metrics.changed(change);
      history.nudge();
      events.change(change);
    },
    onError,
  });
  const refusals = new Refusals(logger);
  const onRefusal: OnRefused = (kind, from) => {
    metrics.refused(kind);
    refusals.note(kind, from);
  };
  const carried = { ...(engine ? { engine } : {}), ...(bus ? { bus } : {}) };
  const bayeux = new Adapter({
    ...entrance.door,
    ...carried,
    mount,
    timeout,
    ping,
    listener: presence,
    welcome: announcer,
    onRefusal,
    now,
    onError,
  });
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
  forwardEvents(bayeux, events, entrance.keyOf);
  void shared.begun.then(() => presence.start());
  // By way of setImmediate, so that after a stall what waits in the sockets is heard first.
  const sweep = setInterval(() => setImmediate(() => bayeux.sweep(now())), config.gc * 1000).unref();

  const warn = (message: string): void => logger.warn(message);
  const desk = createDesk({ config, shared, entrance, bayeux, history, lull, metrics, onRefusal, now, warn, onError });
  const { answers, dashboard, kick, revoking, status } = desk;
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
  const online: FayeOnline = Object.assign(
    createMiddleware({ bayeux, addresses: entrance.addresses, mount, dashboard, answers }),
    {
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
    },
  );
  return online;
}
