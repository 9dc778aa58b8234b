// How far each journal has been written down.
import { Op, type Transaction } from 'sequelize';
import type { Models } from '../../db/models/index.js';
import type { Journal, Position } from '../domain.js';

/** The position of the last entry that was written down; null when none was. */
export async function positionOf(models: Models, journal: string): Promise<Position | null> {
  return (await models.JournalPosition.findByPk(journal))?.position ?? null;
}

/** Tells journals how far they are written down. */
export async function tellPositions(models: Models, journals: readonly Journal[]): Promise<void> {
  const rows = await models.JournalPosition.findAll({ where: { journal: journals.map(({ name }) => name) } });
  for (const { journal, position } of rows) journals.find(({ name }) => name === journal)?.saw?.(position);
}

/** Moves a journal's position on. False when another writer moved it meanwhile: then nothing may be written. */
export async function move(
  models: Models,
  journal: string,
  from: Position | null,
  to: Position,
  transaction: Transaction,
): Promise<boolean> {
  if (from !== null) {
    const where = { journal, position: from };
    const [moved] = await models.JournalPosition.update({ position: to }, { where, transaction });
    return moved === 1;
  }
  if (await models.JournalPosition.findByPk(journal, { transaction })) return false;
  await models.JournalPosition.create({ journal, position: to }, { transaction });
  return true;
}

/** Forgets the positions of journals that lived in the memory of processes before this one. */
export async function forgetOthers(models: Models, journals: readonly string[]): Promise<void> {
  await models.JournalPosition.destroy({ where: { journal: { [Op.like]: 'memory-%', [Op.notIn]: [...journals] } } });
}
