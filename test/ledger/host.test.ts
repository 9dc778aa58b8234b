// A ledger on a Sequelize that the host opened for its own models, with its own habits.
import { Sequelize } from 'sequelize';
import { expect, it } from 'vitest';
import { migrate } from '../../db/migrations.js';
import { sqlite } from '../../db/sqlite.js';
import { LedgerScene } from '../contracts/ledger_scene.js';
import { ann } from '../support/people.js';
import { sqliteInMemory } from './databases.js';

it('keeps to our tables, whatever the host made the default for its models', async () => {
  const sequelize = new Sequelize({
    dialect: 'sqlite',
    storage: ':memory:',
    dialectModule: sqlite,
    logging: false,
    define: { underscored: true, paranoid: true, version: true, freezeTableName: true, timestamps: true },
  });
  await migrate(sequelize);
  const scene = new LedgerScene(await sqliteInMemory(), sequelize);
  await scene.join(ann('a1'), 0);
  await scene.leave(ann('a1'), 5);
  await scene.ledger.close();
  expect(await scene.rails.list('/classes/4')).toEqual([]);
  expect(await scene.rails.times('1')).toEqual({ '/courses/5/lessons/1_spended': 5 });
  expect(await scene.report.log({ uid: '1' })).toHaveLength(2);
  await sequelize.close();
});
