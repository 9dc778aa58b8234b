// Makes sure that the tests have what they start themselves: Chromium, Redis, MariaDB, nginx. Debian's, installed when we may.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from './chromium.mjs';

/** What is needed, Debian's package of it, and what else helps. */
const NEEDED = [
  { name: 'Chromium', find: chromium, packages: ['chromium', 'fonts-liberation'], or: 'set CHROMIUM to its path' },
  { name: 'redis-server', packages: ['redis-server'] },
  { name: 'mariadbd', packages: ['mariadb-server'] },
  { name: 'mariadb-install-db', packages: ['mariadb-server'] },
  { name: 'nginx', packages: ['nginx'] },
];

/** Servers are in `sbin`, which is not on everybody's path. */
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Debian asks this program whether a package may start its service: 101 is no. The tests start their own. */
const POLICY = '/usr/sbin/policy-rc.d';

/** @returns the path of a program, or undefined */
export function program(name) {
  return FOLDERS.map((folder) => join(folder, name)).find(isExecutable);
}

/** What of `NEEDED` is not there. */
export function missing(find = program) {
  return NEEDED.filter(({ name, find: own }) => !(own ?? (() => find(name)))());
}

/** What has to be installed by hand, in words. */
export function advice(things) {
  const packages = [...new Set(things.flatMap(({ packages }) => packages))];
  const others = things.flatMap(({ or }) => or ?? []).map((other) => `, or ${other}`);
  const names = things.map(({ name }) => name).join(', ');
  return `The tests need ${names}: \`sudo apt-get install ${packages.join(' ')}\`${others.join('')}.`;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not a program: that is the answer
  }
}

function install(things) {
  const options = { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const apt = (...args) => spawnSync('apt-get', ['-qq', ...args], options).status === 0;
  const packages = [...new Set(things.flatMap(({ packages }) => packages))];
  const ours = !existsSync(POLICY);
  // An interrupt ends apt, and then us, but not before the policy is gone.
  process.once('SIGINT', () => process.exit(1));
  if (ours) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return apt('update') && apt('install', '-y', '--no-install-recommends', ...packages);
  } finally {
    if (ours) rmSync(POLICY, { force: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  const things = missing();
  const mayInstall = process.getuid?.() === 0 && existsSync('/etc/debian_version') && program('apt-get');
  if (things.length > 0 && mayInstall) install(things);
  const still = things.length > 0 ? missing() : [];
  if (still.length > 0) {
    console.error(advice(still));
    process.exit(1);
  }
}
