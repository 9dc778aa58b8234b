// Medians, percentiles, and the ratios between servers, round by round.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** @param {ArrayLike<number>} sorted ascending */
export const percentile = (sorted, percent) =>
  sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))];

/** All samples of a benchmark: one per scenario, case, server and round. */
export class Samples {
  #samples = [];

  /** @param {{scenario: string, label: string, server: string, round: number, values: object}} sample */
  add(sample) {
    this.#samples.push(sample);
  }

  /** The cases of a scenario, in the order of measuring. */
  labels(scenario) {
    return [...new Set(this.#samples.filter((sample) => sample.scenario === scenario).map(({ label }) => label))];
  }

  /** The median over the rounds; undefined when nothing was measured. */
  median(scenario, label, server, key) {
    const values = this.#of(scenario, label, server).map((sample) => sample.values[key]);
    return values.length > 0 ? median(values) : undefined;
  }

  /**
   * The median over the rounds of one server's figure divided by another's in the same round: what slows a whole round
   * down (a busy machine) cancels out.
   */
  ratio(scenario, label, key, server, base) {
    const bases = new Map(this.#of(scenario, label, base).map((sample) => [sample.round, sample.values[key]]));
    const ratios = this.#of(scenario, label, server)
      .filter(({ round }) => bases.has(round))
      .map(({ round, values }) => values[key] / bases.get(round));
    return ratios.length > 0 ? median(ratios) : undefined;
  }

  toJSON() {
    return this.#samples;
  }

  #of(scenario, label, server) {
    return this.#samples.filter((s) => s.scenario === scenario && s.label === label && s.server === server);
  }
}
