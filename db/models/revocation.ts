// faye_revocations: users whose tokens no longer count if they were made before an instant.
import { DataTypes, type InferAttributes, type InferCreationAttributes, type Model, type Sequelize } from 'sequelize';
import { table } from './table.js';

export interface RevocationRow extends Model<InferAttributes<RevocationRow>, InferCreationAttributes<RevocationRow>> {
  uid: string;
  not_before: Date;
}

export function defineRevocation(sequelize: Sequelize) {
  return sequelize.define<RevocationRow>(
    'FayeRevocation',
    { uid: { type: DataTypes.STRING(64), primaryKey: true }, not_before: DataTypes.DATE(3) },
    table('faye_revocations'),
  );
}
