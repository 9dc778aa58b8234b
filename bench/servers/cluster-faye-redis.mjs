// Stock Faye on faye-redis 0.2.0 with redis 3.1.2, one process of two: the yardstick of the bus.
import { createServer } from 'node:http';
import faye from 'faye';
import redis from 'faye-redis';
import { serve } from './ipc.mjs';

const engine = { type: redis, host: '127.0.0.1', port: Number(process.env.BENCH_REDIS_PORT) };
const bayeux = new faye.NodeAdapter({ mount: '/faye', timeout: 60, engine });
const server = createServer();
bayeux.attach(server);

await serve(server, () => bayeux.close());
