// A real MariaDB in a private folder and on a free port: stopped, killed and hung as one likes, with a database for each test.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { openDatabase } from '../../db/open.js';
import type { LedgerDatabase } from '../contracts/ledger_scene.js';
import { freePort } from './ports.js';

export interface MariaDb {
  readonly port: number;
  /** `mysql://root@127.0.0.1:<port>`, without a database. */
  readonly url: string;
  /** Starts it again on the same port with the same data. */
  start(): Promise<void>;
  /** Ends it properly. */
  stop(): Promise<void>;
  /** Kills it in the middle of what it does: what was committed is there again after `start`. */
  kill(): Promise<void>;
  /** It neither answers nor ends, until `resume`. */
  hang(): void;
  resume(): void;
  /** Ends it for good, and removes its data. */
  close(): Promise<void>;
}

export interface MariaDbDatabase extends LedgerDatabase {
  readonly url: string;
}

/** The server refuses to run as root unless it is told that this is meant. */
const USER = userInfo().uid === 0 ? ['--user=root'] : [];

/** Starts a `mariadbd`. To be closed by the caller, in `afterAll` or `onTestFinished`. */
export async function startMariaDb(args: readonly string[] = []): Promise<MariaDb> {
  const folder = await mkdtemp(join(tmpdir(), 'faye-online-mariadb-'));
  const data = join(folder, 'data');
  const root = '--auth-root-authentication-method=normal';
  await promisify(execFile)('mariadb-install-db', [
    '--no-defaults',
    `--datadir=${data}`,
    root,
    '--skip-test-db',
    ...USER,
  ]);
  const port = await freePort();
  let child: ChildProcess | undefined;
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (child) await ended(child, signal);
    child = undefined;
  };
  const start = async (): Promise<void> => {
    child = await run(port, folder, args);
  };
  // Whatever ends this process, the server ends too.
  process.once('exit', () => child?.kill('SIGKILL'));
  await start();
  return {
    port,
    url: `mysql://root@127.0.0.1:${port}`,
    start,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    hang: () => child?.kill('SIGSTOP'),
    resume: () => child?.kill('SIGCONT'),
    close: async () => {
      await end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** An empty database of its own on a server, with the server's own character set, which is not ours. */
export async function databaseOn(server: string): Promise<MariaDbDatabase> {
  const name = `online_${randomUUID().replaceAll('-', '')}`;
  const say = async (sql: string): Promise<void> => {
    const sequelize = await openDatabase(`${server}/mysql`);
    await sequelize.query(sql).finally(() => sequelize.close());
  };
  await say(`CREATE DATABASE ${name}`);
  const url = `${server}/${name}`;
  return { url, open: () => openDatabase(url), remove: () => say(`DROP DATABASE ${name}`) };
}

/** An empty database on the server that all tests of a run share. The first who asks starts it. */
export async function mariadb(): Promise<MariaDbDatabase> {
  const response = await fetch(inject('mariadb'));
  const answer = await response.text();
  if (!response.ok) throw new Error(answer);
  return databaseOn(answer);
}

function run(port: number, folder: string, args: readonly string[]): Promise<ChildProcess> {
  const settings = [
    '--no-defaults',
    ...USER,
    `--datadir=${join(folder, 'data')}`,
    `--socket=${join(folder, 'socket')}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    '--skip-name-resolve',
    // Survives the end of the process, which is what tests bring about, without waiting for the disk.
    '--innodb-flush-log-at-trx-commit=2',
    '--innodb-flush-method=nosync',
    '--sync-frm=0',
    '--innodb-buffer-pool-size=32M',
  ];
  const child = spawn('mariadbd', [...settings, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  return new Promise((resolve, reject) => {
    let output = '';
    child.stderr.on('data', (data) => {
      output += data;
      if (output.includes('ready for connections')) resolve(child);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`mariadbd ended with ${code}: ${output}`)));
  });
}

function ended(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGCONT');
    child.kill(signal);
  });
}
