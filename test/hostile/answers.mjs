// What a server under attack tells the test over its IPC channel: its memory, its faults, and what it is asked to publish.
// @ts-check
import { createServer } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';

const FIRST_PORT = 12_000;
const LAST_PORT = 32_000;
const COLLECTIONS = 2;

/** @type {{kind: string, stack: string}[]} */
const faults = [];

/** Counts what would have ended the process, so that one run finds more than one fault. */
export function countFaults() {
  for (const kind of ['uncaughtException', 'unhandledRejection']) {
    process.on(kind, (error) => {
      faults.push({ kind, stack: String(error?.stack ?? error) });
      console.error(`${kind}: ${error?.stack ?? error}`);
    });
  }
}

/**
 * Answers `{id, ask, args}` with `{id, answer}`.
 * @param {Record<string, (...args: any[]) => unknown>} more
 */
export function answer(more) {
  /** @type {Record<string, (...args: any[]) => unknown>} */
  const known = {
    memory,
    faults: () => faults,
    publishMany: async (channel, bytes, times) => {
      for (let n = 0; n < times; n++) {
        await more.publish?.(channel, { n, text: Buffer.alloc(bytes, 'x').toString() });
        await turn();
      }
    },
    ...more,
  };
  process.on('message', async ({ id, ask, args }) => {
    process.send?.({ id, answer: await known[ask]?.(...args) });
  });
  // A test that died takes its servers with it.
  process.on('disconnect', () => process.exit(0));
}

/** Bytes: in use after garbage collections with turns of the event loop between them, and the most that was resident. */
async function memory() {
  for (let n = 0; n < COLLECTIONS; n++) {
    globalThis.gc?.();
    await turn();
  }
  const { heapUsed, external } = process.memoryUsage();
  return { used: heapUsed + external, peak: process.resourceUsage().maxRSS * 1024 };
}

/**
 * Listens on a free port of this machine only.
 * @param {import('node:http').RequestListener | import('node:http').Server} what
 */
export async function listen(what) {
  const server = typeof what === 'function' ? createServer(what) : what;
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT));
    const listening = await new Promise((resolve) => {
      server.once('error', () => resolve(false));
      server.listen({ port, host: '127.0.0.1', backlog: 1024 }, () => resolve(true));
    });
    if (listening) return server;
  }
}
