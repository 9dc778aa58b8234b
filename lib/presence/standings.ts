// Where clients stand by what the store last told: what is said again to a shared store that lost everything.
import type { Change, ClientId } from '../domain.js';
import type { Standing } from './store.js';

const NOWHERE: readonly Standing[] = [];

export class Standings {
  readonly #byId = new Map<ClientId, readonly Standing[]>();

  of(id: ClientId): readonly Standing[] {
    return this.#byId.get(id) ?? NOWHERE;
  }

  /** Takes the steps of a change: a channel that was left is no more, one that was entered is. */
  take({ id, to, steps }: Change): void {
    if (!to) {
      this.forget(id);
      return;
    }
    const kept = this.of(id).filter((one) => !steps.some(({ kind, channel }) => same(one, { kind, channel })));
    const entered = steps.filter(({ type }) => type === 'join');
    const standings = entered.map(({ kind, channel, since, epoch }) => ({ kind, channel, since, epoch }));
    this.#byId.set(id, [...kept, ...standings]);
  }

  /** A function that is told where a client stands. */
  learn(id: ClientId): (standings: readonly Standing[]) => void {
    return (standings) => this.#byId.set(id, standings);
  }

  forget(id: ClientId): void {
    this.#byId.delete(id);
  }

  clear(): void {
    this.#byId.clear();
  }
}

const same = (one: Pick<Standing, 'kind' | 'channel'>, other: Pick<Standing, 'kind' | 'channel'>): boolean =>
  one.kind === other.kind && one.channel === other.channel;
