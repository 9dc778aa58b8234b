// The ledger's contract, part 4: what runs is written down now and then.
import { expect, it } from 'vitest';
import { ann, bob } from '../support/people.js';
import { ledgerScene, type MakeDatabase } from './ledger_scene.js';

const ROOM = '/classes/4';
const FIRST = '/courses/5/lessons/1';

export function ledgerCheckpointContract(make: MakeDatabase): void {
  const scene = ledgerScene(make);

  it('write down running stays at a checkpoint, and their users, as of their last proof of life', async () => {
    await scene().join(ann('a1'), 0);
    await scene().join(bob('b1'), 1);
    await scene().ledger.flush();
    await scene().hear(ann('a1'), 8);
    await scene().checkpointAt(9);
    expect(await scene().stays(ann.user)).toEqual([`${ROOM} 0–8 seen`, `${FIRST} 0–8 seen`]);
    expect(await scene().stays(bob.user)).toEqual([`${ROOM} 1–1 seen`, `${FIRST} 1–1 seen`]);
    expect(await scene().models.User.findByPk('1')).toMatchObject({ last_seen_at: new Date(scene().at(8)) });
  });

  it('ask for the last proofs of life before a checkpoint, and believe none from the future', async () => {
    await scene().join(ann('a1'), 0);
    await scene().ledger.flush();
    scene().now = scene().at(9);
    await scene()
      .keep({ beat: () => scene().hear(ann('a1'), 9) })
      .checkpoint();
    expect(await scene().stays(ann.user)).toEqual([`${ROOM} 0–9 seen`, `${FIRST} 0–9 seen`]);
    await scene().hear(ann('a1'), 500);
    await scene().checkpointAt(18);
    expect(await scene().stays(ann.user)).toEqual([`${ROOM} 0–18 seen`, `${FIRST} 0–18 seen`]);
  });

  it('never move a stay that has ended', async () => {
    await scene().join(ann('a1'), 0);
    await scene().ledger.flush();
    const present = await scene().store.present();
    await scene().leave(ann('a1'), 5);
    await scene().ledger.flush();
    const late = present.map((presence) => ({ ...presence, seen: scene().at(9) }));
    scene().now = scene().at(9);
    await scene()
      .keep({ present: async () => late })
      .checkpoint();
    expect(await scene().stays(ann.user)).toEqual([`${ROOM} 0–5 leave`, `${FIRST} 0–5 leave`]);
  });
}
