// A flood of handshakes from one address: how long everybody else waits meanwhile, and what the server keeps of it.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Node } from './nodes.mjs';
import { Page } from './page.mjs';

const FLOOD = fileURLToPath(new URL('./flooder.mjs', import.meta.url));
const PER_SECOND = 2_000;
const SECONDS = 30;
/** Real users who come while nothing else happens, and each second while it does. */
const WARM = 200;
const USERS = 10;
const LIMIT = 500;
const GROWTH = 1.2;
const REST = 60_000;

export const title = `${PER_SECOND} handshakes a second from one address for ${SECONDS} s`;

export async function run({ say }) {
  const failures = [];
  const node = await Node.start({ DATABASE_URL: 'sqlite::memory:', FAYE_ONLINE_TRUST_CLIENTS: '1' });
  try {
    const calm = await visits(node, WARM, 20);
    await pause(REST / 6);
    const before = await memory(node);
    const flooder = fork(FLOOD, [node.port, PER_SECOND, SECONDS].map(String));
    const counted = once(flooder, 'message');
    const waits = await visits(node, USERS * SECONDS, 1000 / USERS);
    const [{ answers, ran }] = await counted;
    const peak = await memory(node);
    await pause(REST);
    const after = await memory(node);
    const sent = Object.values(answers).reduce((sum, count) => sum + count, 0);
    say(`${sent} handshakes in ${ran.toFixed(1)} s were answered: ${told(answers)}`);
    say(`handshakes of ${calm.length} users before it: p50 ${at(calm, 0.5)} ms, p99 ${at(calm, 0.99)} ms`);
    say(`handshakes of ${waits.length} users during it: p50 ${at(waits, 0.5)} ms, p99 ${at(waits, 0.99)} ms`);
    say(`memory: ${before} MB before, ${peak} MB at its end, ${after} MB ${REST / 1000} s later`);
    if (ran > 1.05 * SECONDS) failures.push('the flood was too thin to judge by');
    if (waits.length < USERS * SECONDS) failures.push('users were turned away');
    if (at(waits, 0.99) > LIMIT) failures.push(`users waited ${at(waits, 0.99)} ms, the 99th of 100`);
    if (after > GROWTH * before) failures.push(`the server keeps ${after - before} MB more than before`);
    if (!node.alive) failures.push(`the server ended: ${node.output}`);
  } finally {
    await node.end('SIGTERM');
  }
  return failures;
}

/** Users who come one after another. @returns how many milliseconds each handshake took, connection included, sorted */
async function visits(node, count, every) {
  const taken = [];
  const coming = [];
  const began = Date.now();
  for (let n = 0; n < count; n++) {
    await pause(Math.max(0, began + n * every - Date.now()));
    coming.push(visit(node, `u${n}`).then((ms) => taken.push(ms)));
  }
  await Promise.all(coming);
  return taken.sort((a, b) => a - b);
}

async function visit(node, uid) {
  const page = new Page({ uid, room: '/rooms/1', activity: '/lessons/1' });
  const began = performance.now();
  await page.open(node.port);
  const { handshaken } = page;
  await page.leave();
  return handshaken - began;
}

const at = (sorted, share) =>
  Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Infinity);

const told = (answers) =>
  Object.entries(answers)
    .map(([what, count]) => `${count} × ${what}`)
    .join(', ');

/** What the process holds of the machine's memory, in MB. */
async function memory({ pid }) {
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(kilobytes) / 1024);
}
