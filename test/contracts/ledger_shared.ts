// The ledger's contract, part 9: two processes with one database.
import { expect, it, vi } from 'vitest';
import type { Ledger } from '../../lib/ledger/ledger.js';
import { ann, bob, person } from '../support/people.js';
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

  /** Ledgers of so many processes, each with a connection of its own; all ask often, and flush often. */
  const processes = async (count: number) => {
    const often = { shared: true, askEvery: 20, flushEvery: 20 };
    const opened = await Promise.all(Array.from({ length: count }, () => scene().database.open()));
    const asked = opened.map((sequelize) => {
      const statements: string[] = [];
      sequelize.addHook('afterQuery', (_options, query) => {
        statements.push((query as unknown as { readonly sql: string }).sql);
      });
      return statements;
    });
    const ledgers = opened.map((sequelize) => scene().keep({ sequelize, ...often }));
    const end = async (): Promise<void> => {
      await Promise.all(ledgers.map((ledger) => ledger.close()));
      await Promise.all(opened.map((sequelize) => sequelize.close()));
    };
    return { ledgers, asked, end };
  };
  const first = ([ledger]: readonly Ledger[]): Ledger => ledger ?? scene().ledger;

  it('have one writer, that needs no nudge', async () => {
    const { ledgers, end } = await processes(3);
    for (const ledger of ledgers) await ledger.start();
    await scene().join(ann('a1'), 0);
    await vi.waitFor(async () => expect(await scene().rails.list(ROOM)).toEqual([1]));
    const writer = await scene().models.JournalPosition.findByPk('(writer)');
    expect(writer?.position).toMatch(/^[0-9a-f-]{36} \d{13}$/);
    await end();
    expect((await scene().models.JournalPosition.findByPk('(writer)'))?.position).toBe('');
    expect(await scene().rails.log()).toHaveLength(1);
    expect(scene().errors).toEqual([]);
  });

  it('read nothing and write nothing in the others, who only ask to be the writer', async () => {
    const { ledgers, asked, end } = await processes(2);
    for (const ledger of ledgers) await ledger.start();
    const before = asked[1]?.length ?? 0;
    for (let uid = 1; uid <= 20; uid++) await scene().join(person(`${uid}`, '')(`c${uid}`), 0);
    ledgers[1]?.nudge();
    await vi.waitFor(async () => expect(await scene().models.Stay.count()).toBe(40));
    const since = () => asked[1]?.slice(before) ?? [];
    await vi.waitFor(() => expect(since().length).toBeGreaterThan(6));
    expect(since().filter((sql) => !/(UPDATE|FROM) .faye_journal_positions/.test(sql))).toEqual([]);
    await end();
  });

  it('write through the other when the writer is closed, and at once', async () => {
    const { ledgers, end } = await processes(2);
    for (const ledger of ledgers) await ledger.start();
    await scene().join(ann('a1'), 0);
    await first(ledgers).close();
    expect(await scene().rails.list(ROOM)).toEqual([1]);
    await scene().join(bob('b1'), 1);
    await vi.waitFor(async () => expect(await scene().rails.list(ROOM)).toEqual([1, 2]));
    await end();
  });

  it('write through the other when the writer died, as soon as its lease is over', async () => {
    const dead = scene().keep({ shared: true });
    await dead.start();
    await scene().join(ann('a1'), 0);
    const { ledgers, asked, end } = await processes(1);
    await first(ledgers).start();
    await scene().join(bob('b1'), 9);
    const before = asked[0]?.length ?? 0;
    await vi.waitFor(() => expect(asked[0]?.length).toBeGreaterThan(before + 9));
    expect(await scene().rails.list(ROOM)).toBeUndefined();
    await scene().join(bob('b2'), 11);
    await vi.waitFor(async () => expect(await scene().rails.list(ROOM)).toEqual([1, 2]));
    await end();
  });

  it('write the last changes when one of them is closed, whoever the writer is', async () => {
    const { ledgers, end } = await processes(1);
    const writer = scene().keep({ shared: true, flushEvery: 3_600_000 });
    await writer.start();
    await first(ledgers).start();
    await scene().join(ann('a1'), 0);
    await end();
    expect(await scene().rails.list(ROOM)).toEqual([1]);
    await writer.close();
    expect(await scene().rails.log()).toHaveLength(1);
  });

  it('tell the journals in each of them how far they are written, so that what follows comes after that', async () => {
    const writer = scene().keep({ shared: true });
    await writer.start();
    await scene().join(ann('a1'), 0);
    await writer.flush();
    const [journal] = scene().store.journals;
    if (!journal) throw new Error('The store has a journal.');
    const position = (await scene().models.JournalPosition.findByPk(journal.name))?.position;
    const saw: string[] = [];
    const journals = [
      {
        name: journal.name,
        read: async () => [],
        trim: async () => undefined,
        saw: (seen: string) => saw.push(seen),
      },
    ];
    const other = scene().keep({ shared: true, journals, askEvery: 20 });
    await other.start();
    expect(saw).toEqual([position]);
    await vi.waitFor(() => expect(saw.length).toBeGreaterThan(2));
    await other.close();
    await writer.close();
  });
}
