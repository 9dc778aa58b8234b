// The contract of a presence store: several tabs of one user are one presence, and a tab may move.
import { expect, it } from 'vitest';
import { ann, bob } from '../support/people.js';
import { type OpenStore, sceneOf, stepOf, told } from './presence_store_scene.js';

export function presenceTabsContract(open: OpenStore): void {
  const scene = sceneOf(open);

  it('begins with the first and ends with the last', async () => {
    const { at } = scene();
    expect(told(await scene().join(ann, 'a1', 0))).toEqual(['join room began', 'join activity began']);
    const second = await scene().join(ann, 'a2', 10);
    expect(told(second)).toEqual(['join room kept', 'join activity kept']);
    expect(stepOf(second, 'room')).toMatchObject({ since: at(0), at: at(10), v: 1, count: 1 });
    const third = await scene().leave(ann, 'a1', 20);
    expect(told(third)).toEqual(['leave room kept', 'leave activity kept']);
    expect(stepOf(third, 'room')).toMatchObject({ since: at(0), at: at(20), v: 1, count: 1 });
    const last = await scene().leave(ann, 'a2', 30);
    expect(told(last)).toEqual(['leave room ended', 'leave activity ended']);
    expect(stepOf(last, 'room')).toMatchObject({ since: at(0), at: at(30), v: 2, count: 0 });
  });

  it('begins anew after it ended', async () => {
    await scene().join(ann, 'a1', 0);
    await scene().leave(ann, 'a1', 10);
    expect(stepOf(await scene().join(ann, 'a1', 20), 'room')).toMatchObject({
      presence: 'began',
      since: scene().at(20),
    });
  });

  it('ends at the last proof of life of any of its tabs', async () => {
    await scene().join(ann, 'a1', 0, undefined, 50);
    await scene().join(ann, 'a2', 0, undefined, 60);
    await scene().renew(ann, 'a1', 20, 50);
    await scene().renew(ann, 'a2', 10, 60);
    const [first] = await scene().expire(50);
    expect(told(first ?? null)).toEqual(['leave room kept', 'leave activity kept']);
    const [second] = await scene().expire(60);
    expect(second).toMatchObject({ cause: 'lost', at: scene().at(10) });
    expect(stepOf(second, 'room')).toMatchObject({ presence: 'ended', at: scene().at(20) });
  });

  it('does not end before the tab that was closed last, though a dead one outlived it', async () => {
    await scene().join(ann, 'a1', 0);
    await scene().join(ann, 'a2', 0);
    await scene().renew(ann, 'a1', 5, 60);
    await scene().leave(ann, 'a2', 30);
    const [lost] = await scene().expire(60);
    expect(stepOf(lost, 'activity')).toMatchObject({ presence: 'ended', at: scene().at(30) });
  });

  it('does not end before it began, however early the last proof of life', async () => {
    await scene().join(ann, 'a1', 10);
    await scene().renew(ann, 'a1', 5, 12);
    const [lost] = await scene().expire(12);
    expect(stepOf(lost, 'room')).toMatchObject({ since: scene().at(10), at: scene().at(10) });
  });

  it('is a presence of its own in every room', async () => {
    const { room } = scene();
    const other = `${room}/other`;
    await scene().join(ann, 'a1', 0, { room });
    expect(told(await scene().join(ann, 'a2', 1, { room: other }))).toEqual(['join room began']);
    expect(told(await scene().leave(ann, 'a1', 2))).toEqual(['leave room ended']);
    expect(await scene().names('room', other)).toEqual(['ann']);
  });

  it('moves to another room in one change, and stays on its activity without a step', async () => {
    const { place, room, activity, at } = scene();
    const other = `${room}/other`;
    await scene().join(ann, 'a1', 0);
    const change = await scene().join(ann, 'a1', 10, { room: other, activity });
    expect(change).toMatchObject({ cause: 'move', at: at(10), from: place, to: { room: other, activity } });
    expect(change?.steps).toMatchObject([
      { type: 'leave', kind: 'room', channel: room, presence: 'ended', at: at(10), v: 2, count: 0 },
      { type: 'join', kind: 'room', channel: other, presence: 'began', since: at(10), v: 1, count: 1 },
    ]);
    expect(await scene().leave(ann, 'a1', 20)).toMatchObject({ from: { room: other, activity } });
  });

  it('moves with the leave steps first', async () => {
    const { room, activity } = scene();
    await scene().join(ann, 'a1', 0);
    const change = await scene().join(ann, 'a1', 1, { room: `${room}/b`, activity: `${activity}/b` });
    const began = ['join room began', 'join activity began'];
    expect(told(change)).toEqual(['leave room ended', 'leave activity ended', ...began]);
  });

  it('moves out of a room without entering another, and back', async () => {
    const { activity } = scene();
    await scene().join(ann, 'a1', 0);
    expect(told(await scene().join(ann, 'a1', 1, { activity }))).toEqual(['leave room ended']);
    expect(told(await scene().join(ann, 'a1', 2))).toEqual(['join room began']);
  });

  it('moves one tab while another keeps the presence', async () => {
    const { room } = scene();
    const other = { room: `${room}/other` };
    await scene().join(ann, 'a1', 0, { room });
    await scene().join(ann, 'a2', 0, { room });
    expect(told(await scene().join(ann, 'a1', 1, other))).toEqual(['leave room kept', 'join room began']);
    expect(told(await scene().join(ann, 'a2', 2, other))).toEqual(['leave room ended', 'join room kept']);
  });

  it('moves with a new lease', async () => {
    const { room } = scene();
    await scene().join(ann, 'a1', 0, { room }, 10);
    await scene().join(ann, 'a1', 9, { room: `${room}/other` }, 70);
    expect(await scene().expire(69)).toEqual([]);
    expect(await scene().expire(70)).toMatchObject([{ at: scene().at(9) }]);
  });

  it('keeps users apart', async () => {
    await scene().join(ann, 'a1', 0);
    expect(told(await scene().join(bob, 'b1', 1))).toEqual(['join room began', 'join activity began']);
    await scene().leave(ann, 'a1', 2);
    expect(await scene().names()).toEqual(['bob']);
  });
}
