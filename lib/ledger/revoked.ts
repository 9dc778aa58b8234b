// Whose tokens were revoked, and when: kept so that a restart gives nobody back what was taken, and read by all processes.
import { Op, type Sequelize } from 'sequelize';
import { defineModels, type Models } from '../../db/models/index.js';
import type { Millis, Uid } from '../domain.js';

export type RevokedUser = readonly [uid: Uid, notBefore: Millis];

export class Revoked {
  readonly #rows: Models['Revocation'];

  constructor(sequelize: Sequelize) {
    this.#rows = defineModels(sequelize).Revocation;
  }

  async write(users: readonly RevokedUser[]): Promise<void> {
    const rows = users.map(([uid, notBefore]) => ({ uid, not_before: new Date(notBefore) }));
    await this.#rows.bulkCreate(rows, { updateOnDuplicate: ['not_before'], conflictAttributes: ['uid'] });
  }

  /** Those that were revoked at or after an instant. */
  async read(since: Millis): Promise<RevokedUser[]> {
    const rows = await this.#rows.findAll({ where: { not_before: { [Op.gte]: new Date(since) } } });
    return rows.map(({ uid, not_before }) => [uid, not_before.getTime()]);
  }

  /** Forgets those that were revoked before an instant: their tokens have run out by themselves. */
  async forget(before: Millis): Promise<void> {
    await this.#rows.destroy({ where: { not_before: { [Op.lt]: new Date(before) } } });
  }
}
