// The ledger's contract, part 5: crashes, and a database that is away.
import { expect, it, vi } from 'vitest';
import { ann, bob } from '../support/people.js';
import { type LedgerScene, ledgerScene, type MakeDatabase } from './ledger_scene.js';

const ROOM = '/classes/4';
const FIRST = '/courses/5/lessons/1';

export function ledgerFaultsContract(make: MakeDatabase): void {
  const scene = ledgerScene(make);

  it('lose what came after the last checkpoint in a crash, and never count the downtime', async () => {
    await scene().join(ann('a1'), 0);
    await scene().join(ann('a2'), 1);
    await scene().join(bob('b1', { room: ROOM }), 2);
    await scene().leave(ann('a2'), 3);
    await scene().hear(ann('a1'), 9);
    await scene().checkpointAt(9);
    await scene().crash({ backAt: 3_600 });
    expect(await scene().stays(ann.user)).toEqual([`${ROOM} 0–9 crash`, `${FIRST} 0–9 crash`]);
    expect(await scene().rails.list(ROOM)).toEqual([]);
    expect(await scene().rails.times('1')).toEqual({ [`${FIRST}_spended`]: 9 });
    expect((await scene().rails.inside()).map((line) => line.slice(-2))).toEqual([' 0', ' 0', ' 0']);
    expect(await scene().rails.log()).toContain(`02:00:02 out 2 ${ROOM}`);
    expect(await scene().rails.log()).toContain(`02:00:09 out 1 ${FIRST}`);
    expect(await scene().report.time({ uid: '1' })).toEqual([{ channel: FIRST, ms: 9_000, running: false }]);
  });

  it('log nobody out before they came, whose tab opened after the last checkpoint', async () => {
    await scene().join(ann('a1'), 0);
    await scene().hear(ann('a1'), 9);
    await scene().checkpointAt(9);
    await scene().join(ann('a2'), 12);
    await scene().ledger.flush();
    await scene().crash({ backAt: 100 });
    expect((await scene().rails.log()).slice(-3)).toEqual([
      `02:00:09 out 1 ${FIRST}`,
      `02:00:12 in 1 ${FIRST}`,
      `02:00:12 out 1 ${FIRST}`,
    ]);
  });

  it('settle once, and leave to those who come back a stay of their own', async () => {
    await scene().join(ann('a1'), 0);
    await scene().ledger.flush();
    await scene().crash({ backAt: 100 });
    await scene().join(ann('a9'), 101);
    await scene().flushAt(102);
    await scene().checkpointAt(109);
    expect(await scene().stays(ann.user)).toEqual([
      `${ROOM} 0–0 crash`,
      `${FIRST} 0–0 crash`,
      `${ROOM} 101–101 seen`,
      `${FIRST} 101–101 seen`,
    ]);
    expect(await scene().rails.log()).toHaveLength(3);
  });

  it('log out those who were lost and not those who came back, when both are found at once', async () => {
    await scene().join(ann('a1'), 0);
    await scene().hear(ann('a1'), 5);
    await scene().checkpointAt(5);
    scene().restart();
    await scene().join(ann('a9'), 7);
    await scene().ledger.start();
    const before = [`02:00:00 in 1 ${FIRST}`, `02:00:05 out 1 ${FIRST}`, `02:00:07 in 1 ${FIRST}`];
    expect(await scene().rails.log()).toEqual(before);
    await scene().leave(ann('a9'), 67);
    await scene().ledger.flush();
    expect(await scene().rails.log()).toEqual([...before, `02:01:07 out 1 ${FIRST}`]);
    expect((await scene().rails.inside()).map((line) => line.slice(-2))).toEqual([' 0', ' 0']);
  });

  it('settle at a checkpoint what a store that was emptied does not know any more', async () => {
    await scene().join(ann('a1'), 0);
    await scene().hear(ann('a1'), 8);
    await scene().checkpointAt(9);
    await scene()
      .keep({ present: async () => [] })
      .checkpoint();
    expect(await scene().rails.list(ROOM)).toEqual([]);
    expect(await scene().rails.times('1')).toEqual({ [`${FIRST}_spended`]: 8 });
  });

  it('settle nobody while a store that lost everything is still being told who is there', async () => {
    await scene().join(ann('a1'), 0);
    await scene().hear(ann('a1'), 8);
    await scene().checkpointAt(9);
    let settled = false;
    const ledger = scene().keep({ present: async () => [], settled: () => settled });
    await ledger.checkpoint();
    expect(await scene().rails.list(ROOM)).toEqual([1]);
    settled = true;
    await ledger.checkpoint();
    expect(await scene().rails.list(ROOM)).toEqual([]);
  });

  it('believe the journal when it tells of an end that was settled already', async () => {
    await scene().join(ann('a1'), 0);
    await scene().ledger.flush();
    await scene()
      .keep({ present: async () => [] })
      .checkpoint();
    await scene().leave(ann('a1'), 30);
    await scene().ledger.flush();
    expect(await scene().stays(ann.user)).toEqual([`${ROOM} 0–30 leave`, `${FIRST} 0–30 leave`]);
    expect(await scene().rails.times('1')).toEqual({ [`${FIRST}_spended`]: 30 });
  });

  it('go on where it stopped, and let the journal forget what is written', async () => {
    await scene().join(ann('a1'), 0);
    await scene().ledger.flush();
    await scene().leave(ann('a1'), 5);
    await scene().keep().flush();
    await scene().keep().flush();
    expect(await scene().rails.log()).toHaveLength(2);
    expect(await scene().store.journals[0]?.read(null, 10)).toEqual([]);
  });

  it('write what happens after a restart, although the wall clock was set back in between', async () => {
    await scene().join(ann('a1'), 3_600);
    await scene().ledger.flush();
    await scene().crash({ backAt: 0 });
    await scene().join(bob('b1', { room: ROOM }), 1);
    await scene().leave(bob('b1'), 5);
    await scene().ledger.flush();
    expect(await scene().stays(bob.user)).toEqual([`${ROOM} 1–5 leave`]);
  });

  it('write checkpoints by itself, again and again', async () => {
    const ledger = scene().keep({ checkpointEvery: 10 });
    await scene().join(ann('a1', { room: ROOM }), 0);
    await ledger.start();
    for (const seconds of [5, 7]) {
      await scene().hear(ann('a1'), seconds);
      await vi.waitFor(async () => expect(await scene().stays(ann.user)).toEqual([`${ROOM} 0–${seconds} seen`]));
    }
    await ledger.close();
  });

  it('take any uid for what it is, at checkpoints too', async () => {
    const uids = ['$1', '$$x', '-$a', ':at', '?', "o'hara", '\\', '%'];
    for (const uid of uids) {
      await scene().join({ ...ann(uid, { room: ROOM }), user: { uid, uname: 'Ann' } }, 0);
    }
    await scene().ledger.flush();
    for (const uid of uids) await scene().hear(ann(uid), 9);
    await scene().checkpointAt(9);
    for (const uid of uids) expect(await scene().stays({ uid })).toEqual([`${ROOM} 0–9 seen`]);
    const seen = (await scene().models.User.findAll()).map(({ last_seen_at }) => last_seen_at?.getTime());
    expect(seen).toEqual(uids.map(() => scene().at(9)));
  });

  it('write what happened before the database could be opened, too', async () => {
    await scene().join(ann('a1'), 3_600);
    await scene().ledger.flush();
    await scene().crash({ backAt: 0 });
    const late = scene().keep();
    await scene().join(bob('b1', { room: ROOM }), 1);
    await late.start();
    await scene().leave(bob('b1'), 5);
    await late.flush();
    expect(await scene().stays(bob.user)).toEqual([`${ROOM} 1–5 leave`]);
    await late.close();
  });

  it('write all of a change or nothing of it, and all of it once the database is back', async () => {
    await scene().join(ann('a1'), 0);
    await takeAway(scene());
    await expect(scene().ledger.flush()).rejects.toThrow();
    await expect(scene().ledger.flush()).rejects.toThrow();
    expect(await scene().rails.log()).toEqual([]);
    await bringBack(scene());
    await scene().leave(ann('a1'), 5);
    await scene().ledger.flush();
    expect(await scene().rails.log()).toHaveLength(2);
    expect(await scene().stays(ann.user)).toEqual([`${ROOM} 0–5 leave`, `${FIRST} 0–5 leave`]);
  });

  it('try again by itself, after saying what is wrong', async () => {
    const ledger = scene().keep({ flushEvery: 1 });
    await takeAway(scene());
    await scene().join(ann('a1'), 0);
    ledger.nudge();
    await vi.waitFor(() => expect(scene().errors).toHaveLength(1));
    await bringBack(scene());
    await vi.waitFor(async () => expect(await scene().rails.list(ROOM)).toEqual([1]), { timeout: 5_000 });
    await ledger.close();
    expect(scene().errors).toHaveLength(1);
  });

  it('write what is left when it is closed', async () => {
    await scene().join(ann('a1'), 0);
    await scene().leave(ann('a1'), 5, 'shutdown');
    await scene().ledger.close();
    expect(await scene().stays(ann.user)).toEqual([`${ROOM} 0–5 shutdown`, `${FIRST} 0–5 shutdown`]);
    await scene().ledger.close();
    expect(scene().errors).toEqual([]);
  });
}

/** The stays cannot be written to, though all else can: a transaction breaks half-way. */
const takeAway = ({ sequelize }: LedgerScene) => sequelize.query('ALTER TABLE faye_stays RENAME TO faye_stays_away');
const bringBack = ({ sequelize }: LedgerScene) => sequelize.query('ALTER TABLE faye_stays_away RENAME TO faye_stays');
