// What every benchmark server shares: a free port, and answers to the driver's questions over IPC.
import { setImmediate as turn } from 'node:timers/promises';

const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;
const COLLECTIONS = 5;

/** All clients of a benchmark come from one address, as fast as they can. */
export const ONE_ADDRESS = {
  handshakesPerSecond: 100_000,
  handshakeBurst: 100_000,
  messagesPerSecond: 1000,
  messageBurst: 1_000_000,
  clientsPerIp: 50_000,
};

/**
 * Listens on a free port below the ephemeral range, says so (`{ready: {port}}`), and answers `cpu`, `heap` and `close`.
 * @param {import('node:http').Server} server
 * @param {() => unknown} close what else there is to close
 */
export async function serve(server, close = () => undefined) {
  const answers = {
    cpu,
    heap,
    close: async () => {
      await close();
      setImmediate(() => process.exit(0));
    },
  };
  process.on('message', async ({ id, ask }) => process.send({ id, answer: await answers[ask]() }));
  // A driver that died takes its servers with it.
  process.on('disconnect', () => process.exit(0));
  process.send({ ready: { port: await listen(server) } });
}

/** Microseconds of CPU, all threads, since the process started. */
function cpu() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Bytes in use after garbage collections with turns of the event loop between them, so that finalizers ran. */
async function heap() {
  for (let i = 0; i < COLLECTIONS; i++) {
    globalThis.gc();
    await turn();
  }
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed, rss };
}

async function listen(server) {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT));
    try {
      await new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ port, host: '127.0.0.1', backlog: 1024 }, () => {
          server.off('error', reject);
          resolve();
        });
      });
      return port;
    } catch (error) {
      if (error.code !== 'EADDRINUSE') throw error;
    }
  }
}
