// The runnable server: environment in, Express with faye-online and a demo page, listen. Copy from it what you need.
import cluster from 'node:cluster';
import { createServer, type ServerOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import helmet, { type HelmetOptions } from 'helmet';
import { type Logger, pino } from 'pino';
import { endOn, fail } from './lib/ending.js';
import { demoSecret, type Environment, readEnvironment } from './lib/environment.js';
import { type FayeOnline, fayeOnline } from './lib/index.js';
import { ROOT } from './lib/root.js';
import { runWorkers } from './lib/workers.js';

/** The demo is looked at without TLS, on whatever address: the two headers that forbid that are left out. */
const PLAIN_HTTP: HelmetOptions = {
  strictTransportSecurity: false,
  contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
};
/** Who sends a request slowly does not keep a connection for long. Node looks for such only twice a minute by itself. */
const SLOW: ServerOptions = { headersTimeout: 10_000, requestTimeout: 15_000, connectionsCheckingInterval: 1_000 };
/** Nor does who takes nothing of an answer: longer than any poll is held. WebSockets have their pings instead. */
const SILENT = 60_000;
const ROOMS = ['/classes/4', '/classes/7'];
const LESSONS = ['/courses/5/lessons/1', '/courses/5/lessons/2'];
/** Connections that may wait to be taken while the process is busy. Who finds no place tries again after a second or more. */
const BACKLOG = 4096;

async function start(): Promise<void> {
  const environment = readEnvironment(process.env);
  const { workers: count, demo } = environment;
  if (count === 1 || cluster.isWorker) return serve(environment);
  // Tokens that one worker makes are read by the others.
  const env = demo ? { FAYE_ONLINE_DEMO_SECRET: demoSecret() } : {};
  runWorkers({ count, env, onReady: (port) => announce(port, demo) });
}

async function serve({ port, host, options, demo, logLevel }: Environment): Promise<void> {
  const logger = pino({ name: 'faye-online', level: logLevel });
  // The first worker does it for all, before the others start.
  const migrate = options.migrate === true && (cluster.isPrimary || cluster.worker?.id === 1);
  const online = fayeOnline({ ...options, migrate, logger });
  if (logger.isLevelEnabled('debug')) tellEvents(online, logger);
  const app = express().disable('x-powered-by');
  app.use(online);
  app.use(helmet(PLAIN_HTTP), express.json({ limit: '4kb' }));
  app.get('/demo.css', (_request, response) => response.sendFile(join(ROOT, 'public', 'demo.css')));
  app.get('/demo.js', (_request, response) => response.sendFile(join(ROOT, 'public', 'demo.js')));
  app.get('/', (request, response) => page(request, response, demo || options.trustClients === true));
  if (demo || options.trustClients) addDemo(app, online, options.trustClients === true);

  app.use(refused);

  const server = createServer(SLOW, app);
  server.timeout = SILENT;
  server.on('error', fail);
  online.attach(server);
  // Of workers only the primary is asked; a terminal tells all of them of an interrupt.
  if (cluster.isWorker) process.on('SIGINT', () => undefined);
  endOn(cluster.isWorker ? ['SIGTERM'] : ['SIGTERM', 'SIGINT'], async () => {
    server.close();
    await online.close();
    server.closeAllConnections();
  });
  await online.ready;
  server.listen({ port, host, backlog: BACKLOG }, () => {
    if (cluster.isPrimary) announce((server.address() as AddressInfo).port, demo);
  });
}

/** Everything that happens, without what is said in it. */
function tellEvents(online: FayeOnline, logger: Logger): void {
  for (const event of ['join', 'leave', 'handshake', 'subscribe', 'unsubscribe', 'disconnect'] as const) {
    online.on(event, (what: object) => logger.debug({ event, ...what }, event));
  }
  online.on('publish', ({ client, channel }) => logger.debug({ event: 'publish', client, channel }, 'publish'));
}

function page(request: Request, response: Response, open: boolean): void {
  response.render(join(ROOT, 'views', 'demo.ejs'), {
    open,
    scripts: request.online.url,
    rooms: ROOMS,
    lessons: LESSONS,
  });
}

/** What the demo page asks for. It believes names, so it is there only when nobody relies on them. */
function addDemo(app: Express, online: FayeOnline, trusting: boolean): void {
  app.post('/demo/token', async (request, response) => {
    const { name, room, lesson } = (request.body ?? {}) as Record<string, unknown>;
    const uname = typeof name === 'string' ? name.trim().slice(0, 64) : '';
    const uid = uname.toLowerCase().replace(/\s+/g, '-');
    if (!uid || !ROOMS.includes(String(room)) || !LESSONS.includes(String(lesson))) {
      response.status(400).json({ error: 'type a name, and pick a room and a lesson of the lists' });
      return;
    }
    const claims = { uid, uname, room: String(room), time: String(lesson) };
    response.json({
      room_channel: claims.room,
      time_channel: claims.time,
      current_user: { uid, uname },
      ...(trusting ? {} : { token: await online.token(claims) }),
    });
  });
  app.get('/demo/time', async (request, response) => {
    const { uid, lesson } = request.query as Record<string, unknown>;
    const times = await online.time({ uid: String(uid), channel: String(lesson) });
    response.json(times[0] ?? { channel: lesson, ms: 0, running: false });
  });
}

function announce(port: number, demo: boolean): void {
  const url = `http://localhost:${port}`;
  const lines = [`Demo       ${url}/`, `Dashboard  ${url}/online`, `Faye       ${url}/faye`];
  if (demo) lines.push('', 'Tokens are signed with a secret made for this start. Set FAYE_ONLINE_SECRET for real use.');
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** What cannot be read is the asker's mistake; what it was is not shown. */
const refused: ErrorRequestHandler = (error: { status?: number }, _request, response, _next) => {
  response.status(error.status ?? 500).json({ error: 'this could not be read: send JSON' });
};

start().catch(fail);
