// A Redis and a MariaDB of the run's own, in private folders and on free ports: stopped, started, hung.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';

const FIRST = 12_000;
const LAST = 32_000;

/** A free port below the range from which the system takes outgoing ones. */
export async function freePort() {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    const probe = createServer();
    const free = await new Promise((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
}

/** A child process that is started, killed and started again with the same words. */
class Service {
  #child;

  constructor(command, args) {
    this.command = command;
    this.args = args;
  }

  start() {
    this.#child = spawn(this.command, this.args, { stdio: 'ignore' });
    return once(this.#child, 'spawn');
  }

  signal(signal) {
    this.#child.kill(signal);
  }

  async stop(signal = 'SIGKILL') {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }
}

export async function startRedis() {
  const port = await freePort();
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', tmpdir()];
  const service = new Service('redis-server', args);
  await service.start();
  return { url: `redis://127.0.0.1:${port}`, port, start: () => service.start(), stop: () => service.stop() };
}

const DATABASE = 'faye_online';

export async function startMariaDB() {
  const folder = mkdtempSync(join(tmpdir(), 'faye-online-faults-'));
  const data = join(folder, 'data');
  mkdirSync(data);
  const root = process.getuid?.() === 0 ? ['--user=root'] : [];
  const install = ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', ...root];
  execFileSync('mariadb-install-db', install, { stdio: 'ignore' });
  const port = await freePort();
  const settings = [`--port=${port}`, '--bind-address=127.0.0.1', `--socket=${join(folder, 'socket')}`];
  const quick = ['--innodb-flush-log-at-trx-commit=1', '--skip-name-resolve'];
  const service = new Service('mariadbd', ['--no-defaults', `--datadir=${data}`, ...settings, ...quick, ...root]);
  const begin = async () => {
    await service.start();
    await answering(port);
  };
  await begin();
  const connection = await connect(port);
  await connection.query(`CREATE DATABASE ${DATABASE} CHARACTER SET utf8mb4`);
  await connection.end();
  return {
    url: `mysql://root@127.0.0.1:${port}/${DATABASE}`,
    start: begin,
    /** As an administrator stops it: what was committed is kept. */
    stop: () => service.stop('SIGTERM'),
    async query(sql) {
      const session = await connect(port, DATABASE);
      try {
        return (await session.query(sql))[0];
      } finally {
        await session.end();
      }
    },
    async close() {
      await service.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const connect = (port, database) =>
  createConnection({ host: '127.0.0.1', port, user: 'root', database, timezone: 'Z' });

async function answering(port) {
  for (let tries = 0; tries < 300; tries++) {
    try {
      await (await connect(port)).end();
      return;
    } catch {
      await pause(100);
    }
  }
  throw new Error('MariaDB did not start within 30 s');
}
