// faye_journal_positions: how far each journal has been written down.
import { DataTypes, type InferAttributes, type InferCreationAttributes, type Model, type Sequelize } from 'sequelize';
import { table } from './table.js';

/** Not the name of a journal: the row that a ledger locks while it writes, so that one writes at a time. */
export const TURN = '(turn)';

/** Not the name of a journal: the row that says which process writes, and until when. */
export const WRITER = '(writer)';

export interface JournalPositionRow
  extends Model<InferAttributes<JournalPositionRow>, InferCreationAttributes<JournalPositionRow>> {
  journal: string;
  position: string;
}

export function defineJournalPosition(sequelize: Sequelize) {
  return sequelize.define<JournalPositionRow>(
    'FayeJournalPosition',
    { journal: { type: DataTypes.STRING(128), primaryKey: true }, position: DataTypes.STRING(64) },
    table('faye_journal_positions'),
  );
}
