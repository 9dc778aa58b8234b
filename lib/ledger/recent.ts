// A map that holds so many at most: what was used longest ago goes first.

export class Recent<K, V> {
  readonly #most: number;
  /** In the order of use. */
  readonly #values = new Map<K, V>();

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: K): V | undefined {
    const value = this.#values.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: K, value: V): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size <= this.#most) return;
    for (const oldest of this.#values.keys()) return void this.#values.delete(oldest);
  }
}
