// The ledger's contract, part 6: what the report says of the tables and of now.
import { expect, it } from 'vitest';
import { ann, bob, carol } from '../support/people.js';
import { ledgerScene, type MakeDatabase } from './ledger_scene.js';

const ROOM = '/classes/4';
const FIRST = '/courses/5/lessons/1';
const SECOND = '/courses/5/lessons/2';

export function ledgerReportContract(make: MakeDatabase): void {
  const scene = ledgerScene(make);

  it('counts a running stay up to now, written down or not', async () => {
    await scene().join(ann('a1'), 0);
    scene().now = scene().at(5);
    expect(await scene().report.time({ uid: '1' })).toEqual([{ channel: FIRST, ms: 5_000, running: true }]);
    await scene().flushAt(7);
    expect(await scene().report.time({ uid: '1' })).toEqual([{ channel: FIRST, ms: 7_000, running: true }]);
  });

  it('counts what ended to its end, and the most time first', async () => {
    await scene().join(ann('a1'), 0);
    await scene().join(ann('a1', { room: ROOM, activity: SECOND }), 3);
    await scene().leave(ann('a1'), 10);
    await scene().flushAt(60);
    expect(await scene().report.time({ uid: '1' })).toEqual([
      { channel: SECOND, ms: 7_000, running: false },
      { channel: FIRST, ms: 3_000, running: false },
    ]);
    expect(await scene().report.time({ uid: '1', channel: FIRST })).toHaveLength(1);
    expect(await scene().report.time({ uid: '1', channel: '/nowhere' })).toEqual([]);
    expect(await scene().report.time({ uid: '2' })).toEqual([]);
  });

  it('counts an open stay that nobody is in up to when it was last seen', async () => {
    await scene().join(ann('a1'), 0);
    await scene().hear(ann('a1'), 9);
    await scene().checkpointAt(9);
    await scene().leave(ann('a1'), 12);
    expect(await scene().report.time({ uid: '1' })).toEqual([{ channel: FIRST, ms: 9_000, running: false }]);
    await scene().ledger.flush();
    expect(await scene().report.time({ uid: '1' })).toEqual([{ channel: FIRST, ms: 12_000, running: false }]);
  });

  it('counts within a window only, and adds up over windows', async () => {
    await scene().join(ann('a1'), 0);
    await scene().leave(ann('a1'), 10);
    await scene().join(ann('a1'), 20);
    await scene().flushAt(40);
    const { at, report } = scene();
    const ms = async (from?: number, to?: number): Promise<number> => {
      const window = { ...(from !== undefined && { from: at(from) }), ...(to !== undefined && { to: at(to) }) };
      return (await report.time({ uid: '1', ...window }))[0]?.ms ?? 0;
    };
    expect([await ms(), await ms(5), await ms(5, 25), await ms(10, 20), await ms(30, 99)]).toEqual([
      30_000, 25_000, 10_000, 0, 10_000,
    ]);
    expect((await ms(2, 8)) + (await ms(8, 33))).toBe(await ms(2, 33));
    const past = await report.time({ uid: '1', to: at(30) });
    expect(past).toEqual([{ channel: FIRST, ms: 20_000, running: false }]);
  });

  it('counts nothing in a window that began after a stay ended, though it seemed to run a moment ago', async () => {
    await scene().join(ann('a1'), 0);
    const late = await scene().store.whereabouts('1');
    await scene().leave(ann('a1'), 10);
    await scene().flushAt(30);
    const report = scene().read({ whereabouts: async () => late });
    expect(await report.time({ uid: '1', from: scene().at(20) })).toEqual([{ channel: FIRST, ms: 0, running: true }]);
    expect(await report.time({ uid: '1' })).toMatchObject([{ ms: 10_000 }]);
  });

  it('tells of a user who is here, who was here, and who never was', async () => {
    await scene().join(ann('a1'), 0);
    await scene().join(bob('b1', { room: ROOM }), 0);
    await scene().leave(bob('b1'), 4);
    await scene().flushAt(10);
    const user = await scene().report.user('1');
    expect(user).toMatchObject({ uid: '1', uname: 'ann', lastSeen: scene().at(0), times: [{ ms: 10_000 }] });
    expect(user?.presences.map(({ channel }) => channel)).toEqual([ROOM, FIRST]);
    expect(await scene().report.user('2')).toEqual({
      uid: '2',
      uname: 'bob',
      lastSeen: scene().at(4),
      presences: [],
      times: [],
    });
    expect(await scene().report.user('3')).toBeNull();
  });

  it('tells who is where', async () => {
    await scene().join(ann('a1', { room: '/classes/9' }), 0);
    await scene().join(bob('b1', { room: '/classes/8' }), 0);
    await scene().join(carol('c1', { room: '/classes/9' }), 0);
    expect(await scene().report.channels('room')).toEqual([
      { channel: '/classes/9', count: 2 },
      { channel: '/classes/8', count: 1 },
    ]);
    expect(await scene().report.room('/classes/9')).toMatchObject({ count: 2, users: [{ uid: '1' }, { uid: '3' }] });
  });

  it('tells who was in a channel at an instant, from its beginning up to its end', async () => {
    await scene().join(ann('a1'), 0);
    await scene().join(bob('b1'), 5);
    await scene().leave(ann('a1'), 10);
    await scene().flushAt(20);
    await scene().join(carol('c1'), 30);
    scene().now = scene().at(40);
    const { at, report } = scene();
    const names = async (seconds: number) => (await report.at(ROOM, at(seconds))).map(({ uname }) => uname);
    expect(await names(-1)).toEqual([]);
    expect(await names(0)).toEqual(['ann']);
    expect(await names(7)).toEqual(['ann', 'bob']);
    expect(await names(10)).toEqual(['bob']);
    expect(await names(40)).toEqual(['bob', 'carol']);
    expect(await names(41)).toEqual([]);
    expect(await report.at(FIRST, at(7))).toHaveLength(2);
    expect(await report.at('/nowhere', at(7))).toEqual([]);
  });

  it('reads the log, the newest first', async () => {
    await scene().join(ann('a1'), 0);
    await scene().join(bob('b1', { room: ROOM }), 5);
    await scene().leave(ann('a1'), 10.5);
    await scene().ledger.flush();
    const { at, report } = scene();
    const { key } = ann('a1');
    expect(await report.log({ uid: '1' })).toEqual([
      { t: at(10), status: 'out', uid: '1', uname: 'ann', channel: FIRST, client: key },
      { t: at(0), status: 'in', uid: '1', uname: 'ann', channel: FIRST, client: key },
    ]);
    expect(await report.log({})).toHaveLength(3);
    expect(await report.log({ limit: 1 })).toMatchObject([{ uid: '1', status: 'out' }]);
    expect(await report.log({ channel: ROOM })).toMatchObject([{ uid: '2', status: 'in' }]);
    expect(await report.log({ channel: '/nowhere' })).toEqual([]);
    expect(await report.log({ from: at(5), to: at(10) })).toMatchObject([{ uid: '2' }]);
  });

  it('refuses questions that mean nothing', async () => {
    const { report } = scene();
    await expect(report.log({ limit: 0 })).rejects.toThrow(/limit: 0 .*1 to 1000/);
    await expect(report.log({ from: Number.NaN })).rejects.toThrow(/from: NaN .*milliseconds/);
    await expect(report.time({ uid: '1', to: Number.POSITIVE_INFINITY })).rejects.toThrow(/to: Infinity/);
    await expect(report.at(ROOM, Number.NaN)).rejects.toThrow(/instant: NaN/);
  });
}
