// The nodes of a site under test: as many processes of the built server as one likes, on one Redis and one database.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from './services.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const APP = fileURLToPath(new URL('../../dist/app.js', import.meta.url));

export class Node {
  #child;
  output = '';

  static async start(env) {
    const node = new Node();
    node.port = await freePort();
    const settings = { PATH: process.env.PATH, PORT: `${node.port}`, HOST: '127.0.0.1', LOG_LEVEL: 'warn' };
    node.#child = spawn(process.execPath, [APP], { env: { ...settings, ...env } });
    for (const stream of [node.#child.stdout, node.#child.stderr]) {
      stream.on('data', (data) => {
        node.output += data;
      });
    }
    await new Promise((resolve, reject) => {
      node.#child.stdout.on('data', () => node.output.includes('/faye') && resolve());
      node.#child.once('exit', (code) => reject(new Error(`a node ended with ${code}: ${node.output}`)));
    });
    return node;
  }

  get pid() {
    return this.#child.pid;
  }

  get alive() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async end(signal) {
    if (!this.alive) return this.#child.exitCode;
    this.#child.kill(signal);
    await once(this.#child, 'exit');
    return this.#child.exitCode;
  }
}

/** Migrates the database. @returns the environment of the nodes */
export async function prepare(redis, mariadb) {
  const cli = fileURLToPath(new URL('../../node_modules/.bin/sequelize', import.meta.url));
  await promisify(execFile)(cli, ['db:migrate'], { cwd: ROOT, env: { ...process.env, DATABASE_URL: mariadb.url } });
  return { REDIS_URL: redis.url, DATABASE_URL: mariadb.url, FAYE_ONLINE_TRUST_CLIENTS: '1' };
}
