// The numbers of channels. Names and numbers never change, so they are asked for once.
import type { Transaction } from 'sequelize';
import type { Models } from '../../db/models/index.js';
import type { Channel } from '../domain.js';
import type { Turns } from './turns.js';

export class ChannelIds {
  readonly #models: Models;
  readonly #turns: Turns;
  readonly #ids = new Map<Channel, number>();
  readonly #names = new Map<number, Channel>();

  constructor(models: Models, turns: Turns) {
    this.#models = models;
    this.#turns = turns;
  }

  /**
   * Sees to it that each of the channels has a number, given by first use. Takes a turn of its own: a number that was
   * rolled back with other work would be remembered wrongly.
   */
  async learn(channels: readonly Channel[]): Promise<void> {
    const unknown = channels.filter((channel) => !this.#ids.has(channel));
    if (unknown.length === 0) return;
    const rows = await this.#turns.take(async (transaction) => {
      const there = await this.#models.Channel.findAll({ where: { name: unknown }, transaction });
      const known = new Set(there.map(({ name }) => name));
      const fresh = unknown.filter((name) => !known.has(name)).map((name) => ({ name }));
      await this.#models.Channel.bulkCreate(fresh, { transaction });
      return this.#models.Channel.findAll({ where: { name: unknown }, transaction });
    });
    for (const { id, name } of rows) this.#remember(id, name);
  }

  /** The number of a channel that was learnt. */
  of(channel: Channel): number {
    const id = this.#ids.get(channel);
    if (id === undefined) throw new Error(`The channel ${channel} has no number: it was not learnt.`);
    return id;
  }

  /** The names of channels; a number that has none, as the gem left some, is missing. */
  async namesOf(ids: Iterable<number>, transaction?: Transaction): Promise<ReadonlyMap<number, Channel>> {
    const unknown = [...new Set(ids)].filter((id) => !this.#names.has(id));
    if (unknown.length > 0) {
      const rows = await this.#models.Channel.findAll({ where: { id: unknown }, transaction: transaction ?? null });
      for (const { id, name } of rows) this.#remember(id, name);
    }
    return this.#names;
  }

  #remember(id: number, name: Channel | null): void {
    if (name === null) return;
    this.#ids.set(name, id);
    this.#names.set(id, name);
  }
}
