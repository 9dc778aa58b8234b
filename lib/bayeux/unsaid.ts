// What the directory may not know of the clients of this process, because Redis was away or forgot: to be said again.
import type { Channel, ClientId } from '../domain.js';

/** Of one client. With nothing set, it is only looked whether it is still this process's and as it was. */
export interface News {
  /** The directory never had it, or forgot everything. */
  isNew: boolean;
  /** Who it is was not written. */
  identified: boolean;
  /** Subscriptions that were not written: begun (true) or ended. */
  subs?: Map<Channel, boolean>;
}

export class Unsaid {
  readonly #news = new Map<ClientId, News>();

  get size(): number {
    return this.#news.size;
  }

  has(id: ClientId): boolean {
    return this.#news.has(id);
  }

  /** The client is said again. @returns what is said of it, to be added to */
  add(id: ClientId): News {
    const known = this.#news.get(id);
    if (known) return known;
    const news: News = { isNew: false, identified: false };
    this.#news.set(id, news);
    return news;
  }

  delete(id: ClientId): News | undefined {
    const news = this.#news.get(id);
    this.#news.delete(id);
    return news;
  }

  /** Takes some, those first that wait longest. */
  take(limit: number): [ClientId, News][] {
    const some: [ClientId, News][] = [];
    for (const [id, news] of this.#news) {
      if (some.push([id, news]) === limit) break;
    }
    for (const [id] of some) this.#news.delete(id);
    return some;
  }

  /** It could not be said after all. What was added meanwhile is newer. */
  putBack(id: ClientId, { isNew, identified, subs }: News): void {
    const news = this.add(id);
    news.isNew ||= isNew;
    news.identified ||= identified;
    if (subs) news.subs = new Map([...subs, ...(news.subs ?? [])]);
  }

  clear(): void {
    this.#news.clear();
  }
}
