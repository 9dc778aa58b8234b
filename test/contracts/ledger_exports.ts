// The ledger's contract, part 8: what is read whole, for files.
import { expect, it } from 'vitest';
import type { ExportQuery, StayPart } from '../../lib/report.js';
import { ann, bob, carol } from '../support/people.js';
import { ledgerScene, type MakeDatabase } from './ledger_scene.js';

const ROOM = '/classes/4';
const FIRST = '/courses/5/lessons/1';
const SECOND = '/courses/5/lessons/2';

async function all<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const rows: T[] = [];
  for await (const page of pages) rows.push(...page);
  return rows;
}

export function ledgerExportsContract(make: MakeDatabase): void {
  const scene = ledgerScene(make);
  const query = (from: number, to: number): ExportQuery => ({ from: scene().at(from), to: scene().at(to) });
  const stays = async (asked: ExportQuery): Promise<string[]> => {
    const seconds = (instant: number): number => (instant - scene().at(0)) / 1_000;
    const line = ({ uname, channel, start, end, running }: StayPart): string =>
      `${uname} ${channel} ${seconds(start)}–${seconds(end)}${running ? ' running' : ''}`;
    return (await all(scene().report.stays(asked))).map(line);
  };

  it('gives each stay on an activity, by user, with its start and its end', async () => {
    await scene().join(bob('b1'), 0);
    await scene().join(ann('a1'), 1);
    await scene().leave(ann('a1'), 4);
    await scene().join(ann('a1', { room: ROOM, activity: SECOND }), 5);
    await scene().leave(ann('a1'), 9);
    await scene().join(ann('a2'), 10);
    await scene().leave(ann('a2'), 12.5);
    await scene().leave(bob('b1'), 20);
    await scene().join(carol('c1', { room: ROOM }), 21);
    await scene().flushAt(30);
    expect(await stays(query(0, 60))).toEqual([
      `ann ${FIRST} 1–4`,
      `ann ${FIRST} 10–12.5`,
      `ann ${SECOND} 5–9`,
      `bob ${FIRST} 0–20`,
    ]);
    expect(await stays({ ...query(0, 60), uid: '1', channel: SECOND })).toEqual([`ann ${SECOND} 5–9`]);
    expect(await stays({ ...query(0, 60), channel: '/nowhere' })).toEqual([]);
  });

  it('gives the part of a stay that lies within the window', async () => {
    await scene().join(ann('a1'), 0);
    await scene().leave(ann('a1'), 10);
    await scene().flushAt(30);
    expect(await stays(query(2, 5))).toEqual([`ann ${FIRST} 2–5`]);
    expect(await stays(query(5, 60))).toEqual([`ann ${FIRST} 5–10`]);
    expect(await stays(query(10, 60))).toEqual([]);
    expect(await stays(query(-9, 0))).toEqual([]);
  });

  it('lets what runs go on up to now, and an open stay that nobody is in up to when it was last seen', async () => {
    await scene().join(ann('a1'), 0);
    await scene().join(bob('b1'), 0);
    await scene().hear(bob('b1'), 7);
    await scene().checkpointAt(8);
    await scene().leave(bob('b1'), 9);
    scene().now = scene().at(20);
    expect(await stays(query(0, 60))).toEqual([`ann ${FIRST} 0–20 running`, `bob ${FIRST} 0–7`]);
    expect(await stays(query(15, 60))).toEqual([`ann ${FIRST} 15–20 running`]);
  });

  it('counts no instant twice: the rows add up to the time', async () => {
    const { models, at } = scene();
    await scene().join(ann('a1'), 0);
    await scene().leave(ann('a1'), 10);
    await scene().flushAt(30);
    const [row] = await models.Stay.findAll({ where: { uid: '1', kind: 'activity' } });
    const copy = (start: number, end: number) => ({
      uid: '1',
      channel_id: row?.channel_id ?? 0,
      kind: 'activity' as const,
      started_at: new Date(at(start)),
      seen_at: new Date(at(end)),
      ended_at: new Date(at(end)),
      ended_by: 'crash',
      milliseconds: (end - start) * 1_000,
    });
    await models.Stay.bulkCreate([copy(4, 15), copy(5, 8), copy(20, 21)]);
    expect(await stays(query(0, 60))).toEqual([`ann ${FIRST} 0–10`, `ann ${FIRST} 10–15`, `ann ${FIRST} 20–21`]);
    expect(await scene().report.time({ uid: '1' })).toMatchObject([{ ms: 16_000 }]);
  });

  it('gives all stays and all of the log, in order, also when they are very many in one second', async () => {
    const { models, at, report } = scene();
    await scene().join(ann('a1'), 0);
    await scene().leave(ann('a1'), 1);
    await scene().flushAt(2);
    const [row] = await models.Stay.findAll({ where: { kind: 'activity' } });
    const channel_id = row?.channel_id ?? 0;
    const people = Array.from({ length: 2_345 }, (_, index) => `u${index % 1_172}-${index}`);
    const stay = { channel_id, kind: 'activity' as const, ended_by: 'leave', milliseconds: 1_000 };
    const [start, end] = [new Date(at(10)), new Date(at(11))];
    const times = { started_at: start, seen_at: end, ended_at: end };
    await models.Stay.bulkCreate(people.map((uid) => ({ ...stay, ...times, uid })));
    await models.LoginLog.bulkCreate(people.map((uid) => ({ status: 1, uid, t: start, channel_id, clientId: null })));
    await models.LoginLog.create({ status: 0, uid: 'last', t: end, channel_id, clientId: null });

    const uids = (await all(report.stays(query(5, 60)))).map(({ uid }) => uid);
    expect(uids).toEqual([...people].sort());
    const log = await all(report.logPages(query(5, 60)));
    expect(log).toHaveLength(people.length + 1);
    expect(new Set(log.map(({ uid }) => uid))).toEqual(new Set([...people, 'last']));
    expect(log.at(-1)).toMatchObject({ uid: 'last', status: 'out', channel: FIRST });
  });

  it('gives the log of a window, of a user, of a channel, the oldest first', async () => {
    await scene().join(ann('a1'), 0);
    await scene().join(bob('b1', { room: ROOM }), 5);
    await scene().leave(ann('a1'), 10);
    await scene().flushAt(20);
    const log = async (asked: ExportQuery) =>
      (await all(scene().report.logPages(asked))).map(({ uname, status }) => `${uname} ${status}`);
    expect(await log(query(0, 60))).toEqual(['ann in', 'bob in', 'ann out']);
    expect(await log(query(0, 10))).toEqual(['ann in', 'bob in']);
    expect(await log({ ...query(0, 60), uid: '1' })).toEqual(['ann in', 'ann out']);
    expect(await log({ ...query(0, 60), channel: ROOM })).toEqual(['bob in']);
    expect(await log({ ...query(0, 60), channel: '/nowhere' })).toEqual([]);
  });

  it('refuses more rows than may be read, before it gives any', async () => {
    await scene().join(ann('a1'), 0);
    await scene().leave(ann('a1'), 1);
    await scene().join(ann('a1'), 2);
    await scene().leave(ann('a1'), 3);
    await scene().flushAt(4);
    const { report } = scene();
    await expect(all(report.stays({ ...query(0, 9), most: 1 }))).rejects.toThrow(/from: .*more than 1 rows.*shorter/);
    await expect(all(report.logPages({ ...query(0, 9), most: 3 }))).rejects.toThrow(/from: .*more than 3 rows/);
    expect(await all(report.stays({ ...query(0, 9), most: 2 }))).toHaveLength(2);
    await expect(all(report.stays({ from: Number.NaN, to: 0 }))).rejects.toThrow(/from: NaN/);
  });
}
