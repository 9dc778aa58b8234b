// The contract of a presence store: leases are set forward and backward, and run out exactly once.
import { expect, it } from 'vitest';
import { ann, bob, carol } from '../support/people.js';
import { type OpenStore, sceneOf, stepOf } from './presence_store_scene.js';

export function presenceLeaseContract(open: OpenStore): void {
  const scene = sceneOf(open);

  it('runs out at its end, not before', async () => {
    await scene().join(ann, 'a1', 0, undefined, 60);
    expect(await scene().expire(59.999)).toEqual([]);
    const [lost] = await scene().expire(60);
    expect(lost).toMatchObject({ cause: 'lost', at: scene().at(0), user: ann.user, from: scene().place, to: null });
    expect(await scene().names()).toEqual([]);
  });

  it('runs out as of the last proof of life, however late the sweep', async () => {
    await scene().join(ann, 'a1', 0);
    await scene().renew(ann, 'a1', 40, 100);
    const [lost] = await scene().expire(5000);
    expect(lost).toMatchObject({ at: scene().at(40) });
    expect(stepOf(lost, 'activity')).toMatchObject({ since: scene().at(0), at: scene().at(40) });
  });

  it('is renewed by a join from the same place', async () => {
    await scene().join(ann, 'a1', 0);
    await scene().join(ann, 'a1', 50);
    expect(await scene().expire(109)).toEqual([]);
    expect(await scene().expire(110)).toMatchObject([{ at: scene().at(50) }]);
  });

  it('is shortened when a page may be going, and restored when it stays', async () => {
    await scene().join(ann, 'a1', 0);
    await scene().join(bob, 'b1', 0);
    await scene().renew(ann, 'a1', 10, 13);
    await scene().renew(bob, 'b1', 10, 13);
    await scene().renew(bob, 'b1', 12, 72);
    expect(await scene().expire(13)).toMatchObject([{ user: ann.user, at: scene().at(10) }]);
    expect(await scene().names()).toEqual(['bob']);
  });

  it('goes on when it ended but was renewed before anybody looked', async () => {
    await scene().join(ann, 'a1', 0);
    await scene().renew(ann, 'a1', 61, 121);
    expect(await scene().expire(62)).toEqual([]);
  });

  it('takes its last proof of life back when that turns out to be wrong', async () => {
    await scene().join(ann, 'a1', 0);
    await scene().renew(ann, 'a1', 50, 110);
    expect(await scene().store.whereabouts(ann.user.uid)).toMatchObject([{ seen: scene().at(50) }, {}]);
    await scene().renew(ann, 'a1', 20, 53);
    expect(await scene().store.whereabouts(ann.user.uid)).toMatchObject([{ seen: scene().at(20) }, {}]);
    expect(await scene().expire(53)).toMatchObject([{ at: scene().at(20) }]);
  });

  it('is set for many clients in one call, which tells who is unknown and brings nobody in', async () => {
    await scene().join(ann, 'a1', 0);
    await scene().join(carol, 'c1', 0);
    const ids = [ann, bob, carol].map((who) => scene().tab(who, `${who.user.uname[0]}1`).id);
    const leases = ids.map((id) => ({ id, seen: scene().at(30), ends: scene().at(90) }));
    expect(await scene().store.renew(leases)).toEqual([scene().tab(bob, 'b1').id]);
    expect(await scene().names()).toEqual(['ann', 'carol']);
    expect(await scene().expire(89)).toEqual([]);
    expect(await scene().expire(90)).toHaveLength(2);
  });

  it('is unknown after its client left, and nothing to set is nothing unknown', async () => {
    await scene().join(ann, 'a1', 0);
    await scene().leave(ann, 'a1', 1);
    expect(await scene().renew(ann, 'a1', 2, 60)).toEqual([scene().tab(ann, 'a1').id]);
    expect(await scene().store.renew([])).toEqual([]);
  });

  it('runs out once, whoever looks', async () => {
    await scene().join(ann, 'a1', 0);
    await scene().join(bob, 'b1', 0);
    const changes = (await Promise.all([scene().expire(60), scene().expire(61)])).flat();
    expect(changes.map(({ user }) => user.uname).sort()).toEqual(['ann', 'bob']);
    expect(await scene().expire(62)).toEqual([]);
    expect(await scene().leave(ann, 'a1', 63)).toBeNull();
  });

  it('runs out for each client by itself', async () => {
    await scene().join(ann, 'a1', 0, undefined, 30);
    await scene().join(bob, 'b1', 5, undefined, 20);
    await scene().join(carol, 'c1', 7, undefined, 90);
    const lost = await scene().expire(40);
    expect(new Map(lost.map(({ user, at }) => [user.uname, at]))).toEqual(
      new Map([
        ['ann', scene().at(0)],
        ['bob', scene().at(5)],
      ]),
    );
    expect(lost.map((change) => stepOf(change, 'room').count)).toEqual([2, 1]);
    expect(await scene().names()).toEqual(['carol']);
  });

  it('ends at the last proof of life when a client is given up before its end', async () => {
    await scene().join(ann, 'a1', 0);
    await scene().renew(ann, 'a1', 20, 80);
    const change = await scene().leave(ann, 'a1', 50, 'lost');
    expect(change).toMatchObject({ cause: 'lost', at: scene().at(20) });
    expect(stepOf(change, 'room')).toMatchObject({ presence: 'ended', at: scene().at(20) });
  });
}
