// Stock Faye on our engine in faye-redis's place, one process of two.
import { createServer } from 'node:http';
import faye from 'faye';
import { redisEngine } from '../../dist/lib/index.js';
import { serve } from './ipc.mjs';

const engine = { type: redisEngine, host: '127.0.0.1', port: Number(process.env.BENCH_REDIS_PORT) };
const bayeux = new faye.NodeAdapter({ mount: '/faye', timeout: 60, engine });
const server = createServer();
bayeux.attach(server);

await serve(server, () => bayeux.close());
