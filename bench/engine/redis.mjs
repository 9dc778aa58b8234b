// A Redis of the benchmark's own, in memory only, and what it was asked.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';

const FIRST_PORT = 12_000;
const PORTS = 8_000;

export class BenchRedis {
  #child;
  #client;

  /** Needs `redis-server` on the path. */
  static async start() {
    const redis = new BenchRedis();
    await redis.#start();
    return redis;
  }

  async #start() {
    this.port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    const settings = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    this.#child = spawn('redis-server', settings, { stdio: 'ignore' });
    const failed = once(this.#child, 'error').then(([error]) => {
      throw error;
    });
    this.#client = new Redis(this.port, '127.0.0.1', { retryStrategy: () => 50, maxRetriesPerRequest: 100 });
    this.#client.on('error', () => undefined);
    await Promise.race([this.#client.ping(), failed]);
  }

  /** How often each command was executed since the start, but those of this question. */
  async commands() {
    const stats = await this.#client.info('commandstats');
    const counts = [...stats.matchAll(/cmdstat_(\S+?):calls=(\d+)/g)].map(([, name, calls]) => [name, Number(calls)]);
    return new Map(counts.filter(([name]) => name !== 'info' && name !== 'ping'));
  }

  /** Microseconds of CPU. */
  async cpu() {
    const info = await this.#client.info('cpu');
    const seconds = [...info.matchAll(/used_cpu_(?:sys|user):([\d.]+)/g)].map(([, used]) => Number(used));
    return seconds.reduce((sum, used) => sum + used, 0) * 1e6;
  }

  async close() {
    this.#client.disconnect();
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }
}
