// The contract of a presence store: rosters, the census, one user's whereabouts, and names that mean harm.
import { expect, it } from 'vitest';
import { ann, bob, carol, person } from '../support/people.js';
import { type OpenStore, sceneOf, stepOf } from './presence_store_scene.js';

const HOSTILE = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '{a}:b|c',
  '%s%n',
  '"\\',
  "'; --",
  'Ünï☃',
  '0',
];

export function presenceReadingContract(open: OpenStore): void {
  const scene = sceneOf(open);

  it('lists the longest present first', async () => {
    await scene().join(bob, 'b1', 0);
    await scene().join(ann, 'a1', 1);
    await scene().join(carol, 'c1', 2);
    await scene().join(bob, 'b2', 3);
    await scene().leave(bob, 'b1', 4);
    expect(await scene().names()).toEqual(['bob', 'ann', 'carol']);
    await scene().leave(bob, 'b2', 5);
    await scene().join(bob, 'b3', 6);
    expect(await scene().names()).toEqual(['ann', 'carol', 'bob']);
  });

  it('lists each user once, with the number of tabs and the beginning', async () => {
    const { room, at } = scene();
    await scene().join(ann, 'a1', 0);
    await scene().join(ann, 'a2', 10);
    const { epoch, ...roster } = await scene().roster();
    const users = [{ ...ann.user, since: at(0), clients: 2 }];
    expect(roster).toEqual({ kind: 'room', channel: room, v: 1, count: 1, users });
    expect(epoch).toBe(stepOf(await scene().join(bob, 'b1', 11), 'room').epoch);
  });

  it('cuts the list at a limit, but not the count', async () => {
    await scene().join(ann, 'a1', 0);
    await scene().join(bob, 'b1', 1);
    await scene().join(carol, 'c1', 2);
    expect(await scene().roster(2)).toMatchObject({ v: 3, count: 3, users: [ann.user, bob.user] });
    expect(await scene().roster(0)).toMatchObject({ v: 3, count: 3, users: [] });
    expect((await scene().roster(99)).users).toHaveLength(3);
  });

  it('knows of a channel that nobody was in that it is empty', async () => {
    const { room } = scene();
    const nobody = { kind: 'room', channel: room, epoch: '', v: 0, count: 0, users: [] };
    expect(await scene().roster()).toEqual(nobody);
  });

  it('counts the users, not the clients, of every channel that has any', async () => {
    const { room, activity } = scene();
    const left = { room: `${room}/left` };
    await scene().join(ann, 'a1', 0);
    await scene().join(ann, 'a2', 0);
    await scene().join(bob, 'b1', 0, { room });
    await scene().join(carol, 'c1', 0, left);
    await scene().leave(carol, 'c1', 1);
    expect(await scene().store.census('room')).toEqual(new Map([[room, 2]]));
    expect(await scene().store.census('activity')).toEqual(new Map([[activity, 1]]));
  });

  it('tells where a user is, since when, and when last seen', async () => {
    const { room, activity, at } = scene();
    await scene().join(ann, 'a1', 0);
    await scene().join(ann, 'a2', 10, { room });
    await scene().join(bob, 'b1', 20);
    const there = { user: ann.user, since: at(0) };
    const places = await scene().store.whereabouts(ann.user.uid);
    expect(places).toHaveLength(2);
    expect(places).toContainEqual({ ...there, kind: 'room', channel: room, seen: at(10), clients: 2 });
    expect(places).toContainEqual({ ...there, kind: 'activity', channel: activity, seen: at(0), clients: 1 });
    expect(await scene().store.whereabouts(carol.user.uid)).toEqual([]);
  });

  it('remembers that a user was seen in a tab that was closed since', async () => {
    await scene().join(ann, 'a1', 0);
    await scene().join(ann, 'a2', 10);
    await scene().leave(ann, 'a2', 30);
    const [room] = await scene().store.whereabouts(ann.user.uid);
    expect(room).toMatchObject({ seen: scene().at(30), clients: 1 });
  });

  it('knows the clients of a user', async () => {
    await scene().join(ann, 'a1', 0);
    await scene().join(ann, 'a2', 0, { room: `${scene().room}/other` });
    await scene().join(bob, 'b1', 0);
    await scene().leave(ann, 'a1', 1);
    await scene().join(ann, 'a3', 2);
    const ids = [scene().tab(ann, 'a2').id, scene().tab(ann, 'a3').id];
    expect((await scene().store.clientsOf(ann.user.uid)).sort()).toEqual(ids);
    await scene().expire(600);
    expect(await scene().store.clientsOf(ann.user.uid)).toEqual([]);
  });

  it('lists all presences', async () => {
    await scene().join(ann, 'a1', 0);
    await scene().join(ann, 'a2', 10);
    await scene().join(bob, 'b1', 20, { activity: scene().activity });
    const all = (await scene().store.present()).map(({ kind, user, seen, clients }) => [
      kind,
      user.uname,
      seen,
      clients,
    ]);
    const { at } = scene();
    expect(all).toHaveLength(3);
    expect(all).toContainEqual(['room', 'ann', at(10), 2]);
    expect(all).toContainEqual(['activity', 'ann', at(10), 2]);
    expect(all).toContainEqual(['activity', 'bob', at(20), 1]);
  });

  it.each(HOSTILE)('takes %j for a uid and a uname like any other', async (name) => {
    const mallory = person(name, name);
    expect(stepOf(await scene().join(mallory, name, 0), 'room')).toMatchObject({ presence: 'began', count: 1 });
    await scene().join(ann, 'a1', 1);
    expect((await scene().roster()).users).toMatchObject([mallory.user, ann.user]);
    expect(await scene().store.whereabouts(name)).toHaveLength(2);
    expect(await scene().store.clientsOf(name)).toEqual([scene().tab(mallory, name).id]);
    expect(await scene().leave(mallory, name, 2)).toMatchObject({ user: { uid: name, uname: name } });
    expect(await scene().names()).toEqual(['ann']);
  });

  it('tells names apart that differ in case or in zeros', async () => {
    const { room } = scene();
    for (const [n, uid] of ['1', '01', 'Ann', 'ann'].entries()) await scene().join(person(uid, uid), `t${n}`, n);
    expect(await scene().names()).toEqual(['1', '01', 'Ann', 'ann']);
    await scene().join(bob, 'b1', 5, { room: `${room}/ABC` });
    expect(await scene().names('room', `${room}/abc`)).toEqual([]);
  });

  it.each(['/__proto__', '/constructor', '/a/__proto__'])('takes %s for a channel like any other', async (channel) => {
    expect(await scene().names('room', channel)).toEqual([]);
    await scene().join(ann, 'a1', 0, { room: channel, activity: channel });
    expect(await scene().names('room', channel)).toEqual(['ann']);
    expect((await scene().store.census('activity')).get(channel)).toBe(1);
  });
}
