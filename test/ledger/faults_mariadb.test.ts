// The ledger when its MariaDB is stopped, killed, hung, cut off or held up: nothing is lost, and nothing is written twice.
import { Transaction } from 'sequelize';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { migrate } from '../../db/migrations.js';
import { limitSilence } from '../../db/mysql.js';
import { openDatabase } from '../../db/open.js';
import { LedgerScene } from '../contracts/ledger_scene.js';
import { databaseOn, type MariaDb, startMariaDb } from '../support/mariadb.js';
import { ann, person } from '../support/people.js';
import { startProxy } from '../support/proxy.js';

const ROOM = '/classes/4';
const SOON = { flushEvery: 20, checkpointEvery: 100 };
const PATIENT = { timeout: 25_000, interval: 100 };

let server: MariaDb;
beforeAll(async () => {
  server = await startMariaDb();
});
afterAll(() => server.close());

interface Situation {
  readonly scene: LedgerScene;
  /** Opens the database once more; by way of another port, when one is given. */
  open(port?: number): ReturnType<typeof openDatabase>;
}

async function begin(): Promise<Situation> {
  const database = await databaseOn(server.url);
  const sequelize = await database.open();
  await migrate(sequelize);
  const scene = new LedgerScene(database, sequelize);
  const open = async (port = server.port) => {
    const opened = await openDatabase(database.url.replace(`:${server.port}`, `:${port}`));
    onTestFinished(() => opened.close());
    return opened;
  };
  onTestFinished(async () => {
    await scene.ledger.close();
    await sequelize.close();
    await database.remove();
  });
  return { scene, open };
}

/** So many users come, and every second one goes. */
async function crowd(scene: LedgerScene, from: number, to: number, written?: () => void): Promise<void> {
  for (let uid = from; uid < to; uid++) {
    const user = person(`${uid}`, `user ${uid}`);
    await scene.join(user(`c${uid}`), uid);
    if (uid % 2 === 0) await scene.leave(user(`c${uid}`), uid + 0.5);
    written?.();
  }
}

/** Each came once and went once or not at all, and was in the room and on the lesson once. */
async function expectAll(scene: LedgerScene, users: number): Promise<void> {
  await vi.waitFor(async () => {
    expect(await scene.models.LoginLog.count({ where: { status: 1 } })).toBe(users);
    expect(await scene.models.LoginLog.count({ where: { status: 0 } })).toBe(Math.floor(users / 2));
    expect(await scene.models.Stay.count()).toBe(2 * users);
  }, PATIENT);
  expect(await scene.rails.list(ROOM)).toEqual(
    Array.from({ length: users }, (_, i) => i + 1).filter((uid) => uid % 2 === 1),
  );
}

describe('a MariaDB', () => {
  it('that is stopped and started again while users come and go loses nobody and doubles nobody', async () => {
    const { scene } = await begin();
    const ledger = scene.keep(SOON);
    await ledger.start();
    const write = () => ledger.nudge();
    await crowd(scene, 1, 40, write);
    await vi.waitFor(async () => expect(await scene.models.Stay.count()).toBeGreaterThan(0));
    await crowd(scene, 40, 80, write);
    await server.stop();
    await crowd(scene, 80, 120, write);
    await vi.waitFor(() => expect(scene.errors.length).toBeGreaterThan(0));
    await server.start();
    await crowd(scene, 120, 151, write);
    await expectAll(scene, 150);
    await ledger.close();
  });

  it('that is killed in the middle of writing has all or nothing of every change', async () => {
    const { scene } = await begin();
    const ledger = scene.keep({ ...SOON, batch: 5 });
    await ledger.start();
    for (const round of [0, 1, 2]) {
      await crowd(scene, 1 + round * 50, 51 + round * 50, () => ledger.nudge());
      await vi.waitFor(async () => expect(await scene.models.Stay.count()).toBeGreaterThan(round * 100), PATIENT);
      await server.kill();
      await server.start();
    }
    await expectAll(scene, 150);
    await ledger.close();
  });

  it('that does not answer is waited for: it goes on where it was, and nothing piles up', async () => {
    const { scene, open } = await begin();
    const asked = await open();
    const ledger = scene.keep({ ...SOON, sequelize: asked });
    await ledger.start();
    let statements = 0;
    asked.addHook('beforeQuery', () => {
      statements += 1;
    });
    server.hang();
    await crowd(scene, 1, 31, () => ledger.nudge());
    await vi.waitFor(() => expect(statements).toBeGreaterThan(0));
    const hung = statements;
    for (let nudges = 0; nudges < 1_000; nudges++) ledger.nudge();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(statements - hung).toBeLessThan(5);
    server.resume();
    await expectAll(scene, 30);
    await ledger.close();
    expect(scene.errors).toEqual([]);
  });

  it('that does not answer for too long is told of clearly, and its turn is done again later', async () => {
    const { scene, open } = await begin();
    const asked = await open();
    limitSilence(asked, 300);
    const ledger = scene.keep({ ...SOON, sequelize: asked, backlog: async () => ({ waiting: 7 }) });
    await ledger.start();
    server.hang();
    await crowd(scene, 1, 11, () => ledger.nudge());
    await vi.waitFor(() => expect(scene.errors).toHaveLength(1), PATIENT);
    expect(String(scene.errors[0])).toMatch(/7 changes wait until they can be written\. .*has not answered for 0\.3 s/);
    server.resume();
    await expectAll(scene, 10);
    await ledger.close();
  });

  it.each(['COMMIT', 'faye_user_login_logs', 'START TRANSACTION'])(
    'that is cut off after it was sent %s has every change once',
    async (words) => {
      const { scene, open } = await begin();
      const proxy = await startProxy(server.port);
      const ledger = scene.keep({ ...SOON, sequelize: await open(proxy.port) });
      await ledger.start();
      await crowd(scene, 1, 11);
      const cut = proxy.cutAfter(words);
      ledger.nudge();
      await cut;
      await expectAll(scene, 10);
      await crowd(scene, 11, 21, () => ledger.nudge());
      await expectAll(scene, 20);
      await ledger.close();
    },
  );

  it('whose writers are locked out by somebody else is waited for, and a deadlock is tried again', async () => {
    const { scene, open } = await begin();
    const ledger = scene.keep(SOON);
    await ledger.start();
    const other = await open();
    const deadlocks = async () => (await other.query("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'"))[0];
    const before = await deadlocks();
    const held = await other.transaction({ type: Transaction.TYPES.IMMEDIATE });
    const say = (sql: string) => other.query(sql, { transaction: held });
    // The other has the log's table to itself, and wants the writers' row once the ledger has that: a deadlock.
    await say("INSERT INTO faye_users (uid, uname) VALUES ('1', 'somebody')");
    await scene.join(ann('a1'), 0);
    ledger.nudge();
    await vi.waitFor(
      async () => {
        const [waiting] = await other.query(
          'SELECT trx_id FROM information_schema.INNODB_TRX WHERE trx_state = "LOCK WAIT"',
        );
        expect(waiting).toHaveLength(1);
        // The server looks anew only for who has not looked for a while.
      },
      { timeout: 10_000, interval: 300 },
    );
    // Heavier than the ledger's, so that the server ends the ledger's.
    for (let uid = 100; uid < 160; uid++) await say(`INSERT INTO faye_users (uid, uname) VALUES ('${uid}', 'x')`);
    await say("SELECT * FROM faye_journal_positions WHERE journal = '(turn)' FOR UPDATE");
    await held.commit();
    await vi.waitFor(async () => expect(await scene.rails.list(ROOM)).toEqual([1]), PATIENT);
    await ledger.close();
    expect(await deadlocks()).not.toEqual(before);
    expect(await scene.rails.log()).toHaveLength(1);
    expect(scene.errors).toEqual([]);
  });

  it('has a new writer when the old one is killed in the middle, and every change once', async () => {
    const { scene, open } = await begin();
    const [one, two] = [await open(), await open()];
    const shared = { ...SOON, shared: true, askEvery: 50, batch: 5 };
    const dying = scene.keep({ ...shared, sequelize: one });
    const heir = scene.keep({ ...shared, sequelize: two });
    await dying.start();
    await heir.start();
    await crowd(scene, 1, 31);
    await vi.waitFor(async () => expect(await scene.models.Stay.count()).toBeGreaterThan(0));
    // As when its process dies: its connections end in the middle of whatever they do, and it does nothing more.
    await one.close();
    await dying.close();
    await crowd(scene, 31, 61);
    scene.now += 20_000;
    await expectAll(scene, 60);
    await heir.close();
  });
});
