// faye-online as built (`npm run build`): memory and SQLite, presence and time as in a site of one process.
import { createServer } from 'node:http';
import express from 'express';
import { fayeOnline } from '../../dist/lib/index.js';
import { ONE_ADDRESS, serve } from './ipc.mjs';

const online = fayeOnline({
  trustClients: true,
  database: 'sqlite::memory:',
  timeout: 60,
  limits: ONE_ADDRESS,
  // Every list is checked to the last user, so no list may be cut.
  fullListLimit: 10_000,
});
const app = express();
app.use(online);
const server = createServer(app);
online.attach(server);
await online.ready;

await serve(server, () => online.close());
