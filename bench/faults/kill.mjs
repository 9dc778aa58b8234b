// A node is killed: who comes back elsewhere within 15 s was never away, who does not is gone within 20 s.
import { setTimeout as pause } from 'node:timers/promises';
import { Node } from './nodes.mjs';
import { Scene } from './scene.mjs';

const BACK_WITHIN = 14_000;
const GONE_WITHIN = 20_000;
const LOSS = 10_000;

export const title = 'kill -9 of one of three nodes';

export async function run({ rounds, clients, random, say }) {
  const scene = await Scene.open({ nodes: 3, clients });
  try {
    for (let round = 1; round <= rounds; round++) await killOne(scene, round, random, say);
  } finally {
    const codes = await scene.close();
    scene.check(
      codes.every((code) => code === 0),
      `nodes ended with ${codes}`,
    );
  }
  return scene.failures;
}

async function killOne(scene, round, random, say) {
  await pause(random() * 10_000);
  const victim = Math.floor(random() * scene.nodes.length);
  const others = scene.nodes.filter((_, n) => n !== victim);
  const cut = scene.pages.filter((page) => page.node === victim);
  const returning = cut.filter(() => random() < 0.5);
  for (const page of cut) page.gone = !returning.includes(page);
  await scene.nodes[victim].end('SIGKILL');
  const at = Date.now();
  const back = returning.map(async (page) => {
    await pause(random() * BACK_WITHIN);
    const other = others[Math.floor(random() * others.length)];
    page.node = scene.nodes.indexOf(other);
    await page.open(other.port);
  });
  const dead = cut.filter((page) => page.gone);
  const went = await whenGone(scene, dead, at);
  await Promise.all(back);
  await scene.agree(2_000);
  const flaps = returning.flatMap(({ who: { uid } }) => newsOf(scene, uid));
  scene.check(flaps.length === 0, `round ${round}: ${flaps.length} joins or leaves of pages that came back`);
  const alive = scene.pages.filter((page) => !page.gone && !cut.includes(page));
  const still = alive.flatMap(({ who: { uid } }) => newsOf(scene, uid));
  scene.check(still.length === 0, `round ${round}: ${still.length} joins or leaves of pages that were not touched`);
  const short = await lossOf(scene, dead, at, round);
  say(
    `round ${round}: ${returning.length} came back (${flaps.length} flaps), ${dead.length} gone after ${went} ms, short by at most ${short} ms`,
  );
  await begin(scene, victim, dead);
}

/** Milliseconds from the kill until the last list showed the last of the dead as gone. */
async function whenGone(scene, dead, at) {
  const uids = new Set(dead.map(({ who }) => who.uid));
  while (scene.pages.some((page) => page.connected && !page.gone && page.uids.some((uid) => uids.has(uid)))) {
    if (Date.now() - at > GONE_WITHIN) {
      scene.failures.push(`dead pages are still listed after ${GONE_WITHIN / 1000} s`);
      return Number.POSITIVE_INFINITY;
    }
    await pause(50);
  }
  return Date.now() - at;
}

const newsOf = (scene, uid) => scene.pages.flatMap((page) => page.news.filter((one) => one.uid === uid));

async function lossOf(scene, dead, at, round) {
  const rows = await ended(scene, dead);
  const shorts = rows.map(({ ended_at }) => at - ended_at.getTime());
  scene.check(Math.max(...shorts) <= LOSS, `round ${round}: a stay is short by ${Math.max(...shorts)} ms`);
  // Clocks of processes on one machine agree to the millisecond, and a kill takes some.
  scene.check(Math.min(...shorts) >= -50, `round ${round}: a stay is ${-Math.min(...shorts)} ms too long`);
  return Math.max(...shorts);
}

/** The newest stay of each of the dead, once all of them have ended in the database. */
async function ended(scene, dead) {
  const uids = dead.map(({ who }) => who.uid);
  for (let tries = 0; ; tries++) {
    const newest = new Map((await scene.stays(uids)).map((row) => [row.uid, row]));
    const rows = [...newest.values()];
    if (rows.length === uids.length && rows.every(({ ended_at }) => ended_at)) return rows;
    if (tries > 150) {
      scene.failures.push('stays of dead pages are still open after 15 s');
      return rows.filter(({ ended_at }) => ended_at);
    }
    await pause(100);
  }
}

/** Another node takes the dead one's place, and other pages those of the dead. */
async function begin(scene, victim, dead) {
  scene.nodes[victim] = await Node.start(scene.env);
  for (const page of dead) page.cut();
  scene.pages = scene.pages.filter((page) => !page.gone);
  await scene.refill(dead);
}
