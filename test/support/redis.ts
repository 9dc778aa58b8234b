// A real Redis of the test's own, in a private folder and on a free port: stopped, emptied and hung as one likes.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './ports.js';

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** A plain client, to look and to meddle. It ends with the server. */
  readonly client: Redis;
  /** Starts it again on the same port, empty. */
  start(): Promise<void>;
  /** Kills it: all that it knew is gone. */
  stop(): Promise<void>;
  /** It neither answers nor ends, until `resume`. */
  hang(): void;
  resume(): void;
  /** Stops it for good. */
  close(): Promise<void>;
}

/** Starts a `redis-server`. To be closed by the caller, in `afterAll` or `onTestFinished`. */
export async function startRedis(args: readonly string[] = []): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'faye-online-redis-'));
  const port = await freePort();
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    child = await run(port, folder, args);
  };
  const stop = async (): Promise<void> => {
    if (child) await ended(child);
    child = undefined;
  };
  await start();
  const client = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => 50 });
  client.on('error', () => undefined);
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    client,
    start,
    stop,
    hang: () => child?.kill('SIGSTOP'),
    resume: () => child?.kill('SIGCONT'),
    close: async () => {
      client.disconnect();
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function run(port: number, folder: string, args: readonly string[]): Promise<ChildProcess> {
  const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', [...settings, ...args]);
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
      if (output.includes('Ready to accept connections')) resolve(child);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}: ${output}`)));
  });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGCONT');
    child.kill('SIGKILL');
  });
}
