// The numbers of channels. Names and numbers never change, so those that are in use are asked for once.
import type { Transaction } from 'sequelize';
import type { Models } from '../../db/models/index.js';
import type { Channel } from '../domain.js';
import { Recent } from './recent.js';
import type { Turns } from './turns.js';

const REMEMBERED = 10_000;

/** The numbers of channels that were learnt together: all of them are there, whatever is forgotten meanwhile. */
export class Learnt {
  readonly #ids: ReadonlyMap<Channel, number>;

  constructor(ids: ReadonlyMap<Channel, number>) {
    this.#ids = ids;
  }

  of(channel: Channel): number {
    const id = this.#ids.get(channel);
    if (id === undefined) throw new Error(`The channel ${channel} has no number: it was not learnt.`);
    return id;
  }
}

export class ChannelIds {
  readonly #models: Models;
  readonly #turns: Turns;
  readonly #ids: Recent<Channel, number>;
  readonly #names: Recent<number, Channel>;

  constructor(models: Models, turns: Turns, remembered = REMEMBERED) {
    this.#models = models;
    this.#turns = turns;
    this.#ids = new Recent(remembered);
    this.#names = new Recent(remembered);
  }

  /** How many names and numbers are remembered. */
  get size(): number {
    return this.#ids.size + this.#names.size;
  }

  /**
   * Sees to it that each of the channels has a number, given by first use. Takes a turn of its own: a number that was
   * rolled back with other work would be remembered wrongly.
   */
  async learn(channels: readonly Channel[]): Promise<Learnt> {
    const { known, unknown } = lookUp(this.#ids, channels);
    if (unknown.length === 0) return new Learnt(known);
    const rows = await this.#turns.take(async (transaction) => {
      const there = await this.#models.Channel.findAll({ where: { name: unknown }, transaction });
      const names = new Set(there.map(({ name }) => name));
      const fresh = unknown.filter((name) => !names.has(name)).map((name) => ({ name }));
      await this.#models.Channel.bulkCreate(fresh, { transaction });
      // In order, so that of several numbers that the gem gave to one name it is always the same.
      return this.#models.Channel.findAll({ where: { name: unknown }, order: ['id'], transaction });
    });
    for (const { id, name } of rows) {
      if (name === null) continue;
      known.set(name, id);
      this.#ids.set(name, id);
    }
    return new Learnt(known);
  }

  /** The names of channels; a number that has none, as the gem left some, is missing. */
  async namesOf(ids: Iterable<number>, transaction?: Transaction): Promise<ReadonlyMap<number, Channel>> {
    const { known, unknown } = lookUp(this.#names, ids);
    if (unknown.length === 0) return known;
    const rows = await this.#models.Channel.findAll({ where: { id: unknown }, transaction: transaction ?? null });
    for (const { id, name } of rows) {
      if (name === null) continue;
      known.set(id, name);
      this.#names.set(id, name);
    }
    return known;
  }
}

function lookUp<K, V>(remembered: Recent<K, V>, keys: Iterable<K>): { known: Map<K, V>; unknown: K[] } {
  const known = new Map<K, V>();
  const unknown: K[] = [];
  for (const key of new Set(keys)) {
    const value = remembered.get(key);
    if (value === undefined) unknown.push(key);
    else known.set(key, value);
  }
  return { known, unknown };
}
