// faye-online as built, one process of two on one Redis: presence, time and messages, as in a site of several processes.
import { createServer } from 'node:http';
import express from 'express';
import { fayeOnline } from '../../dist/lib/index.js';
import { ONE_ADDRESS, serve } from './ipc.mjs';

const online = fayeOnline({
  trustClients: true,
  database: 'sqlite::memory:',
  timeout: 60,
  limits: ONE_ADDRESS,
  redis: { host: '127.0.0.1', port: Number(process.env.BENCH_REDIS_PORT) },
});
const app = express();
app.use(online);
const server = createServer(app);
online.attach(server);
await online.ready;

await serve(server, () => online.close());
