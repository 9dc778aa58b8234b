// Two processes, 2,000 joins and leaves, 100 in flight: nobody lost, nobody left behind, each of them told once.
import { setTimeout as pause } from 'node:timers/promises';
import { Page } from './page.mjs';
import { Scene } from './scene.mjs';

const VISITS = 2_000;
const AT_ONCE = 100;

export const title = 'two processes, 2,000 joins and leaves, 100 in flight';

export async function run({ say }) {
  const scene = await Scene.open({ nodes: 2, clients: 2 });
  try {
    const uids = Array.from({ length: VISITS }, (_, n) => `c${n}`);
    const queue = [...uids.entries()];
    const work = async () => {
      for (let next = queue.pop(); next; next = queue.pop()) await visit(scene, ...next);
    };
    const began = Date.now();
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const took = Date.now() - began;
    await scene.agree(5_000);
    for (const page of scene.pages) told(scene, page, uids);
    await recorded(scene, uids, say, took);
  } finally {
    const codes = await scene.close();
    scene.check(
      codes.every((code) => code === 0),
      `nodes ended with ${codes}`,
    );
  }
  return scene.failures;
}

async function visit(scene, n, uid) {
  const [watcher] = scene.pages;
  const page = new Page({ uid, room: watcher.who.room, activity: watcher.who.activity });
  await page.open(scene.nodes[n % scene.nodes.length].port);
  // It is in when its own list has it.
  for (let tries = 0; !page.uids.includes(uid); tries++) {
    if (tries === 250) return scene.failures.push(`${uid} did not come in within 5 s`);
    await pause(20);
  }
  // Longer than announcements are gathered, so that coming and going are told apart.
  await pause(300);
  await page.leave();
}

/** A watcher on each node saw every user come once and go once. */
function told(scene, page, uids) {
  const wrong = uids.filter((uid) => {
    const news = page.news.filter((one) => one.uid === uid).map(({ type }) => type);
    return news.join() !== 'join,leave';
  });
  scene.check(wrong.length === 0, `${page.who.uid} saw ${wrong.length} users not come once and go once`);
}

async function recorded(scene, uids, say, took) {
  const rows = () =>
    scene.mariadb.query(
      "SELECT uid, COUNT(*) AS n FROM faye_stays WHERE uid LIKE 'c%' AND ended_at IS NOT NULL GROUP BY uid, kind",
    );
  let stays = await rows();
  for (let tries = 0; stays.length < 2 * uids.length && tries < 100; tries++) {
    await pause(100);
    stays = await rows();
  }
  const double = stays.filter(({ n }) => Number(n) !== 1);
  scene.check(stays.length === 2 * uids.length, `${stays.length} stays of ${2 * uids.length} that were`);
  scene.check(double.length === 0, `${double.length} stays are there twice`);
  const [{ n }] = await scene.mariadb.query("SELECT COUNT(*) AS n FROM faye_user_login_logs WHERE uid LIKE 'c%'");
  scene.check(Number(n) === 2 * uids.length, `${n} lines in the log for ${uids.length} visits`);
  const [{ ghosts }] = await scene.mariadb.query(
    "SELECT COUNT(*) AS ghosts FROM faye_stays WHERE uid LIKE 'c%' AND ended_at IS NULL",
  );
  scene.check(Number(ghosts) === 0, `${ghosts} stays are still open`);
  say(
    `${uids.length} visits in ${took} ms: ${stays.length} stays, ${double.length} double, ${ghosts} open, ${n} lines in the log`,
  );
}
