// Redis is away for 30 s and comes back empty: nobody was away, messages flow within each node, no time is lost.
import { setTimeout as pause } from 'node:timers/promises';
import { Scene } from './scene.mjs';

const AWAY = 30_000;
const AGREE_WITHIN = 10_000;
/** Milliseconds that a stay may differ from what its page knows: the way to the server and back. */
const EXACT = 1_000;

export const title = 'Redis stopped for 30 s, and restarted empty';

export async function run({ rounds, clients, say }) {
  const scene = await Scene.open({ nodes: 3, clients });
  try {
    for (let round = 1; round <= Math.ceil(rounds / 5); round++) await stopOnce(scene, round, say);
    await everybodyLeaves(scene, say);
  } finally {
    const codes = await scene.close();
    scene.check(
      codes.every((code) => code === 0),
      `nodes ended with ${codes}`,
    );
  }
  return scene.failures;
}

async function stopOnce(scene, round, say) {
  await scene.redis.stop();
  await pause(AWAY / 2);
  await talk(scene, round);
  await pause(AWAY / 2);
  await scene.redis.start();
  const agreed = await scene.agree(AGREE_WITHIN);
  // What was still to be shown is shown by now.
  await pause(AGREE_WITHIN);
  await scene.agree(1_000);
  const leaves = scene.pages.flatMap((page) => page.news.filter(({ type }) => type === 'leave'));
  const again = scene.pages.filter((page) => page.rehandshakes).length;
  scene.check(leaves.length === 0, `round ${round}: ${leaves.length} leaves were shown`);
  scene.check(
    scene.nodes.every((node) => node.alive),
    `round ${round}: a node ended`,
  );
  say(
    `round ${round}: lists agreed ${agreed} ms after the restart, ${leaves.length} leaves shown, ${again} new handshakes`,
  );
  for (const page of scene.pages) page.news = [];
}

/** Messages reach the pages of the same node also while Redis is away. */
async function talk(scene, round) {
  const [speaker] = scene.pages;
  const near = scene.pages.filter(({ who, node }) => who.room === speaker.who.room && node === speaker.node);
  speaker.publish({ round });
  await pause(3_000);
  const deaf = near.filter((page) => page.heard.filter(({ data }) => data.round === round).length !== 1);
  scene.check(
    deaf.length === 0,
    `round ${round}: ${deaf.length} of ${near.length} pages did not hear once what was said`,
  );
}

async function everybodyLeaves(scene, say) {
  const left = Date.now();
  await Promise.all(scene.pages.map((page) => page.leave()));
  for (const page of scene.pages) page.gone = true;
  const uids = scene.pages.map(({ who }) => who.uid);
  for (let tries = 0; tries < 150; tries++) {
    const rows = await scene.stays(uids);
    if (rows.every(({ ended_at }) => ended_at)) return compare(scene, rows, left, say);
    await pause(100);
  }
  scene.failures.push('stays are still open 15 s after everybody left');
}

function compare(scene, rows, left, say) {
  const spent = new Map();
  for (const { uid, milliseconds } of rows) spent.set(uid, (spent.get(uid) ?? 0) + Number(milliseconds));
  const shorts = scene.pages.map(({ since, who }) => left - since - (spent.get(who.uid) ?? 0));
  const [most, least] = [Math.max(...shorts), Math.min(...shorts)];
  scene.check(most <= EXACT, `a user's time is short by ${most} ms`);
  scene.check(least >= -EXACT, `a user's time is ${-least} ms too long`);
  scene.check(rows.length === scene.pages.length, `${rows.length} stays of ${scene.pages.length} users`);
  say(`${scene.pages.length} users, ${rows.length} stays, times ${-most} to ${-least} ms from what the pages know`);
}
