// The ledger's contract, part 7: two processes with one database.
import { expect, it } from 'vitest';
import { person } from '../support/people.js';
import { ledgerScene, type MakeDatabase } from './ledger_scene.js';

const ROOM = '/classes/4';

export function ledgerSharedContract(make: MakeDatabase): void {
  const scene = ledgerScene(make);

  it('write every change once, though both read the same journal', async () => {
    const other = await scene().database.open();
    const ledgers = [scene().keep({ batch: 7 }), scene().keep({ batch: 5, sequelize: other })];
    for (let uid = 1; uid <= 60; uid++) {
      const user = person(`${uid}`, `user ${uid}`);
      await scene().join(user(`c${uid}`), uid);
      if (uid % 2 === 0) await scene().leave(user(`c${uid}`), uid);
      if (uid % 10 === 0) await Promise.all(ledgers.map((ledger) => ledger.flush()));
    }
    await other.close();
    expect(await scene().rails.log()).toHaveLength(90);
    expect(await scene().models.Stay.count()).toBe(120);
    expect(await scene().models.Stay.count({ where: { ended_at: null } })).toBe(60);
    expect(await scene().rails.list(ROOM)).toEqual(Array.from({ length: 30 }, (_, index) => 2 * index + 1));
  });

  it('take checkpoints of the same stays side by side', async () => {
    const other = await scene().database.open();
    for (let uid = 1; uid <= 20; uid++) await scene().join(person(`${uid}`, '')(`c${uid}`), 0);
    await scene().ledger.flush();
    for (let uid = 1; uid <= 20; uid++) await scene().hear(person(`${uid}`, '')(`c${uid}`), 9);
    await Promise.all([scene().ledger.checkpoint(), scene().keep({ sequelize: other }).checkpoint()]);
    await other.close();
    expect(await scene().models.Stay.count({ where: { milliseconds: 9_000, ended_at: null } })).toBe(40);
  });
}
