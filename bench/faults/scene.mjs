// What every fault is told against: services, nodes, three hundred pages in rooms of fifty, and the truth about them.
import { setTimeout as pause } from 'node:timers/promises';
import { Node, prepare } from './nodes.mjs';
import { Page } from './page.mjs';
import { startMariaDB, startRedis } from './services.mjs';

const PER_ROOM = 50;

export class Scene {
  pages = [];
  nodes = [];
  failures = [];
  #opened = 0;

  static async open({ nodes, clients }) {
    const scene = new Scene();
    scene.redis = await startRedis();
    scene.mariadb = await startMariaDB();
    scene.env = await prepare(scene.redis, scene.mariadb);
    for (let n = 0; n < nodes; n++) scene.nodes.push(await Node.start(scene.env));
    await scene.fill(clients);
    return scene;
  }

  /** Opens pages on all nodes in turn, and waits until every list is right. */
  async fill(count) {
    for (let n = 0; n < count; n++) await this.#come(Math.floor(n / PER_ROOM));
    await this.quiet();
  }

  /** Other users in the places of those who are gone. */
  async refill(gone) {
    for (const { who } of gone) await this.#come(Number(who.room.split('/').at(-1)));
    await this.quiet();
  }

  /** Every list is right, and what was shown until now is forgotten. */
  async quiet() {
    await this.agree(10_000);
    for (const page of this.pages) page.news = [];
  }

  async #come(room) {
    const n = this.#opened++;
    const page = new Page({ uid: `u${n}`, room: `/rooms/${room}`, activity: `/lessons/${room}` });
    page.node = n % this.nodes.length;
    await page.open(this.nodes[page.node].port);
    this.pages.push(page);
  }

  /** Waits until every open page's list is who is there. @returns the milliseconds that took, or undefined if it did not */
  async agree(within, there = (page) => !page.gone) {
    const began = Date.now();
    for (;;) {
      const wrong = this.wrong(there);
      if (wrong.length === 0) return Date.now() - began;
      if (Date.now() - began > within) {
        this.failures.push(`after ${within / 1000} s ${wrong.length} lists are wrong, such as that of ${wrong[0]}`);
        return undefined;
      }
      await pause(50);
    }
  }

  wrong(there) {
    const truth = new Map();
    for (const page of this.pages) {
      const uids = truth.get(page.who.room) ?? [];
      if (there(page)) uids.push(page.who.uid);
      truth.set(page.who.room, uids);
    }
    const lists = new Map([...truth].map(([room, uids]) => [room, uids.sort().join()]));
    const open = this.pages.filter((page) => page.connected && !page.gone);
    return open.filter((page) => page.uids.join() !== lists.get(page.who.room)).map((page) => page.who.uid);
  }

  /** Says what went wrong, if it did. */
  check(right, words) {
    if (!right) this.failures.push(words);
  }

  /** The rows of a user's stays on their activity, oldest first. */
  async stays(uids) {
    const names = uids.map((uid) => `'${uid}'`).join();
    return this.mariadb.query(
      `SELECT uid, started_at, seen_at, ended_at, ended_by, milliseconds FROM faye_stays
       WHERE kind = 'activity' AND uid IN (${names}) ORDER BY uid, started_at`,
    );
  }

  async close() {
    for (const page of this.pages) page.cut();
    const codes = await Promise.all(this.nodes.map((node) => node.end('SIGTERM')));
    await this.redis.stop();
    await this.mariadb.close();
    return codes;
  }
}
