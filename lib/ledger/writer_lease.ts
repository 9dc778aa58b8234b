// The writer's lease: of the processes that share a database one writes the history, and when it dies another does.
import { randomUUID } from 'node:crypto';
import { col, fn, Op, where } from 'sequelize';
import type { Models } from '../../db/models/index.js';
import { WRITER } from '../../db/models/journal_position.js';
import type { Millis } from '../domain.js';
import { patiently } from './patience.js';

const LEASE: Millis = 10_000;
/** How often to ask: a lease outlasts two askings that fail. */
export const ASK_EVERY: Millis = 3_000;

/**
 * Saves work and nothing else: what is written stays right when two believe that they are the writer, because each batch
 * moves the position of its journal in the same transaction.
 *
 * The lease is a row of `faye_journal_positions`: `<process> <until>`. Instants have 13 digits, so they compare as text.
 */
export class WriterLease {
  readonly #models: Models;
  readonly #now: () => Millis;
  readonly #process = randomUUID();
  #until: Millis = 0;

  /** @param now the same clock in all processes, or nearly. */
  constructor(models: Models, now: () => Millis) {
    this.#models = models;
    this.#now = now;
  }

  /** Whether this process is the writer. */
  get held(): boolean {
    return this.#now() < this.#until;
  }

  /** Takes the lease when nobody holds it, and renews it when this process does. @returns whether it holds it now. */
  async ask(): Promise<boolean> {
    const now = Math.trunc(this.#now());
    const until = now + LEASE;
    const position = `${this.#process} ${until}`;
    const taken = await patiently(() => this.#write(position, now));
    if (taken) this.#until = until;
    return taken;
  }

  /** Lets another process take it at once. */
  async letGo(): Promise<void> {
    this.#until = 0;
    const position = { [Op.startsWith]: this.#process };
    await this.#models.JournalPosition.update({ position: '' }, { where: { journal: WRITER, position } });
  }

  async #write(position: string, now: Millis): Promise<boolean> {
    const { JournalPosition } = this.#models;
    const mine = { position: { [Op.startsWith]: this.#process } };
    const over = where(fn('SUBSTR', col('position'), this.#process.length + 2), { [Op.lt]: String(now) });
    const [taken] = await JournalPosition.update({ position }, { where: { journal: WRITER, [Op.or]: [mine, over] } });
    if (taken === 1) return true;
    const row = await JournalPosition.findByPk(WRITER);
    // MySQL counts no row that is the same as before.
    if (row) return row.position === position;
    // The first that ever asks. Of two at once one finds the row of the other.
    await JournalPosition.bulkCreate([{ journal: WRITER, position }], { ignoreDuplicates: true });
    return (await JournalPosition.findByPk(WRITER))?.position === position;
  }
}
