// Stock Faye as its README has it: the yardstick. It announces nothing to anybody.
import { createServer } from 'node:http';
import faye from 'faye';
import { serve } from './ipc.mjs';

const bayeux = new faye.NodeAdapter({ mount: '/faye', timeout: 60 });
const server = createServer();
bayeux.attach(server);

await serve(server, () => bayeux.close());
