// What all our tables are, whatever the host made the default for its own models.
import type { ModelOptions } from 'sequelize';

const PLAIN = { underscored: false, paranoid: false, version: false } satisfies ModelOptions;

export const table = (tableName: string) => ({ ...PLAIN, tableName, timestamps: false }) satisfies ModelOptions;

/** A table of the gem's, with the columns that Rails keeps. */
export const stampedTable = (tableName: string) =>
  ({ ...PLAIN, tableName, timestamps: true, createdAt: 'created_at', updatedAt: 'updated_at' }) satisfies ModelOptions;
