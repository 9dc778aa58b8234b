// The numbers of channels: asked for once while they are used, and not kept for ever.
import type { Sequelize } from 'sequelize';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../db/migrations.js';
import { defineModels, type Models } from '../../db/models/index.js';
import { openDatabase } from '../../db/open.js';
import { ChannelIds } from '../../lib/ledger/channel_ids.js';
import { Turns } from '../../lib/ledger/turns.js';

const names = (count: number, first = 0): string[] =>
  Array.from({ length: count }, (_, index) => `/classes/${first + index}`);

describe('the numbers of channels', () => {
  let sequelize: Sequelize;
  let models: Models;
  let channels: ChannelIds;
  let asked = 0;

  beforeEach(async () => {
    sequelize = await openDatabase('sqlite::memory:');
    await migrate(sequelize);
    models = defineModels(sequelize);
    models.Channel.addHook('beforeFind', () => void asked++);
    channels = new ChannelIds(models, new Turns(sequelize, models), 10);
    asked = 0;
  });
  afterEach(() => sequelize.close());

  it('are asked for once, while they are used', async () => {
    const first = await channels.learn(names(3));
    const before = asked;
    const again = await channels.learn(names(3));
    expect(names(3).map((name) => again.of(name))).toEqual(names(3).map((name) => first.of(name)));
    expect(asked).toBe(before);
    const id = again.of('/classes/2');
    const name = new Map([[id, '/classes/2']]);
    expect([await channels.namesOf([id]), await channels.namesOf([id])]).toEqual([name, name]);
    expect(asked).toBe(before + 1);
  });

  it('stay the same when they were forgotten meanwhile', async () => {
    const ann = (await channels.learn(['/classes/0'])).of('/classes/0');
    await channels.learn(names(50, 1));
    expect(channels.size).toBe(10);
    const before = asked;
    expect((await channels.learn(['/classes/0'])).of('/classes/0')).toBe(ann);
    expect(asked).toBeGreaterThan(before);
    expect(await models.Channel.count({ where: { name: '/classes/0' } })).toBe(1);
  });

  it('are all there for whoever asked for them, however many that are and whoever asks meanwhile', async () => {
    const [ours, theirs] = await Promise.all([channels.learn(names(30)), channels.learn(names(30, 100))]);
    const ids = names(30).map((name) => ours.of(name));
    expect(new Set(ids).size).toBe(30);
    expect(() => names(30, 100).map((name) => theirs.of(name))).not.toThrow();
    expect([...(await channels.namesOf(ids)).values()].sort()).toEqual(names(30).sort());
    expect(channels.size).toBe(20);
  });

  it('that are used longest ago go first', async () => {
    await channels.learn(names(10));
    await channels.learn(['/classes/0']);
    await channels.learn(['/classes/10']);
    const before = asked;
    await channels.learn(['/classes/0', '/classes/10']);
    expect(asked).toBe(before);
    await channels.learn(['/classes/1']);
    expect(asked).toBeGreaterThan(before);
  });

  it('of what was not learnt are an error', async () => {
    const learnt = await channels.learn(names(1));
    expect(() => learnt.of('/classes/1')).toThrow('/classes/1');
  });
});
