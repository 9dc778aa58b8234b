// What was published and has come to the page: to know it again when it comes through another connection too.
import type { Message } from './faye.js';

export class News {
  readonly #times = new Map<string, number>();

  add(message: Message): void {
    if (!isNews(message)) return;
    const key = keyOf(message);
    this.#times.set(key, (this.#times.get(key) ?? 0) + 1);
  }

  /** Whether it was added. Each is taken once. */
  take(message: Message): boolean {
    const key = keyOf(message);
    const times = this.#times.get(key) ?? 0;
    if (times > 0) this.#times.set(key, times - 1);
    return times > 0;
  }

  clear(): void {
    this.#times.clear();
  }
}

/** Whether it is something published, and not a reply. */
export const isNews = ({ successful, data }: Message): boolean => successful === undefined && data !== undefined;

const keyOf = ({ channel, id, data }: Message): string => JSON.stringify([channel, id, data]);
