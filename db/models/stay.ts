// faye_stays: one presence as a row. Every total is a sum of these.
import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { table } from './table.js';

export interface StayRow extends Model<InferAttributes<StayRow>, InferCreationAttributes<StayRow>> {
  id: CreationOptional<number>;
  uid: string;
  channel_id: number;
  kind: 'room' | 'activity';
  started_at: Date;
  /** The last proof of life that was recorded; while the stay runs it moves with every checkpoint. */
  seen_at: Date;
  /** Null while the stay runs. */
  ended_at: Date | null;
  /** Why it ended: the cause of the change, `crash` when nobody said so, `gem` for a total that the gem left. */
  ended_by: string | null;
  /** From the start to the end, or to `seen_at` while the stay runs. */
  milliseconds: number;
}

export function defineStay(sequelize: Sequelize) {
  return sequelize.define<StayRow>(
    'FayeStay',
    {
      id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true },
      uid: DataTypes.STRING(64),
      channel_id: DataTypes.INTEGER,
      kind: DataTypes.STRING(8),
      started_at: DataTypes.DATE(3),
      seen_at: DataTypes.DATE(3),
      ended_at: DataTypes.DATE(3),
      ended_by: DataTypes.STRING(16),
      milliseconds: DataTypes.BIGINT,
    },
    table('faye_stays'),
  );
}
