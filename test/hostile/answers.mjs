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
 * What each kind of server answers by itself.
 * @typedef {object} Own
 * @property {(channel: string, data: unknown) => unknown} publish
 * @property {() => unknown} [details]
 */
/**
 * What is asked: one of the questions below, with what it takes.
 * @typedef {{id: number, ask: 'memory' | 'faults' | 'details', args: []}
 *   | {id: number, ask: 'publish', args: [channel: string, data: unknown]}
 *   | {id: number, ask: 'publishMany', args: [channel: string, bytes: number, times: number]}} Question
 */

/**
 * Answers `{id, ask, args}` with `{id, answer}`.
 * @param {Own} own
 */
export function answer(own) {
  process.on('message', async (/** @type {Question} */ question) => {
    process.send?.({ id: question.id, answer: await answerTo(question, own) });
  });
  // A test that died takes its servers with it.
  process.on('disconnect', () => process.exit(0));
}

/**
 * @param {Question} question
 * @param {Own} own
 * @returns {unknown}
 */
function answerTo({ ask, args }, { publish, details }) {
  switch (ask) {
    case 'memory':
      return memory();
    case 'faults':
      return faults;
    case 'details':
      return details?.();
    case 'publish':
      return publish(...args);
    case 'publishMany':
      return publishMany(publish, ...args);
  }
}

/**
 * @param {Own['publish']} publish
 * @param {string} channel
 * @param {number} bytes of each
 * @param {number} times
 */
async function publishMany(publish, channel, bytes, times) {
  for (let n = 0; n < times; n++) {
    await publish(channel, { n, text: Buffer.alloc(bytes, 'x').toString() });
    await turn();
  }
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
