// What is counted, in Prometheus's words (https://prometheus.io/docs/concepts/metric_types). No user, channel or client is named.
import { Counter, Gauge, Registry } from 'prom-client';
import type { Change } from './domain.js';

export interface MetricsOptions {
  /** Open pages of this process. */
  readonly clients: () => number;
  /** Open WebSockets of this process. */
  readonly sockets: () => number;
  /** What is away now: see `Lull`. */
  readonly away: () => number;
  /** In a shared store: changes that wait to be written, and that were lost. */
  readonly backlog: (() => Promise<{ readonly waiting: number; readonly dropped: number }>) | undefined;
  readonly onError: (error: unknown) => void;
}

export class Metrics {
  readonly #registry = new Registry();
  readonly #changes: Counter<'cause'>;
  readonly #refusals: Counter<'kind'>;
  readonly #errors: Counter;

  constructor({ clients, sockets, away, backlog, onError }: MetricsOptions) {
    const registers = [this.#registry];
    const gauge = (name: string, help: string, read: () => number): void => {
      new Gauge({
        name: `faye_online_${name}`,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    };
    gauge('clients', 'Open pages (tabs) of this process', clients);
    gauge('sockets', 'Open WebSockets of this process', sockets);
    gauge('away', 'How many of the things that processes share do not answer', away);
    this.#changes = new Counter({
      name: 'faye_online_changes_total',
      help: 'Pages that came, moved or went, as this process saw them',
      labelNames: ['cause'],
      registers,
    });
    this.#refusals = new Counter({
      name: 'faye_online_refusals_total',
      help: 'What clients were refused, and wrong logins of the dashboard',
      labelNames: ['kind'],
      registers,
    });
    this.#errors = new Counter({ name: 'faye_online_errors_total', help: 'Errors that were told', registers });
    if (backlog) this.#journal(backlog, onError);
  }

  changed({ cause }: Change): void {
    this.#changes.inc({ cause });
  }

  /** @param kind one of a few words, never what a client sent */
  refused(kind: string): void {
    this.#refusals.inc({ kind });
  }

  failed(): void {
    this.#errors.inc();
  }

  /** The media type of `text`. */
  get type(): string {
    return this.#registry.contentType;
  }

  /** Everything, as Prometheus reads it. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #journal(backlog: NonNullable<MetricsOptions['backlog']>, onError: (error: unknown) => void): void {
    const registers = [this.#registry];
    const dropped = new Gauge({
      name: 'faye_online_journal_dropped',
      help: 'Changes that are missing in the history, because the database was away for too long',
      registers,
    });
    new Gauge({
      name: 'faye_online_journal_waiting',
      help: 'Changes that wait to be written to the database',
      registers,
      async collect() {
        try {
          const state = await backlog();
          this.set(state.waiting);
          dropped.set(state.dropped);
        } catch (error) {
          onError(error);
        }
      },
    });
  }
}
