// MariaDB is away for 60 s while people come and go: presence does not notice, and no row is lost or doubled.
import { setTimeout as pause } from 'node:timers/promises';
import { Page } from './page.mjs';
import { Scene } from './scene.mjs';

const AWAY = 60_000;
const EVERY = 100;
const STAY = 3_000;
const SHOWN_WITHIN = 2_000;
const WRITTEN_WITHIN = 30_000;

export const title = 'MariaDB stopped for 60 s under joins and leaves';

export async function run({ clients, say }) {
  const scene = await Scene.open({ nodes: 2, clients: Math.ceil(clients / 10) });
  try {
    const visits = comeAndGo(scene);
    await pause(5_000);
    await scene.mariadb.stop();
    await pause(AWAY);
    await scene.mariadb.start();
    await pause(5_000);
    const uids = await visits.stop();
    scene.check(visits.late.length === 0, `${visits.late.length} pages were shown later than after ${SHOWN_WITHIN} ms`);
    await written(scene, uids, say);
  } finally {
    const codes = await scene.close();
    scene.check(
      codes.every((code) => code === 0),
      `nodes ended with ${codes}`,
    );
  }
  return scene.failures;
}

/** Ten pages a second open, each for three seconds, in the room of the first page, which must show them at once. */
function comeAndGo(scene) {
  const [watcher] = scene.pages;
  const uids = [];
  const late = [];
  let open = true;
  const visit = async (n) => {
    const uid = `v${n}`;
    uids.push(uid);
    const page = new Page({ uid, room: watcher.who.room, activity: watcher.who.activity });
    await page.open(scene.nodes[n % scene.nodes.length].port);
    await shown(watcher, uid, true, late);
    await pause(STAY);
    await page.leave();
    await shown(watcher, uid, false, late);
  };
  const all = (async () => {
    const running = [];
    for (let n = 0; open; n++) {
      running.push(visit(n));
      await pause(EVERY);
    }
    await Promise.all(running);
  })();
  return {
    late,
    async stop() {
      open = false;
      await all;
      return uids;
    },
  };
}

async function shown(watcher, uid, there, late) {
  const began = Date.now();
  while (watcher.uids.includes(uid) !== there) {
    if (Date.now() - began > SHOWN_WITHIN) {
      late.push(uid);
      return;
    }
    await pause(20);
  }
}

async function written(scene, uids, say) {
  const began = Date.now();
  const rows = () =>
    scene.mariadb.query(
      `SELECT uid, SUM(status = 1) AS came, SUM(status = 0) AS went FROM faye_user_login_logs
       WHERE uid LIKE 'v%' GROUP BY uid`,
    );
  const right = (all) =>
    all.length === uids.length && all.every(({ came, went }) => Number(came) === 1 && Number(went) === 1);
  let log = await rows();
  while (!right(log) && Date.now() - began < WRITTEN_WITHIN) {
    await pause(200);
    log = await rows();
  }
  const waited = Date.now() - began;
  const wrong = log.filter(({ came, went }) => Number(came) !== 1 || Number(went) !== 1);
  scene.check(log.length === uids.length, `${uids.length - log.length} visits are missing in the log`);
  scene.check(wrong.length === 0, `${wrong.length} visits have not one line in and one out`);
  const stays = await scene.stays(uids);
  scene.check(stays.length === uids.length, `${stays.length} stays of ${uids.length} visits`);
  scene.check(
    stays.every(({ ended_at }) => ended_at),
    'a stay is still open',
  );
  say(
    `${uids.length} visits: ${log.length} in the log, ${stays.length} stays, ${wrong.length} wrong, all written ${waited} ms after the last`,
  );
}
