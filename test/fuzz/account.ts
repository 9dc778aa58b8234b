// What a run of the fuzzer did and found: counts, the slowest answer, and everything that was wrong, with what was sent.
import { wrong } from './oracle.js';

export interface Counts {
  messages: number;
  /** Requests, frames and connections with messages in them. */
  sent: number;
  /** Milliseconds until the slowest of them was answered. */
  slowest: number;
  /** Of an answer: its HTTP status or what became of the connection. */
  readonly answers: Map<string, number>;
  /** Of a reply: `ok`, `delivered`, or the code of its refusal. */
  readonly replies: Map<string, number>;
}

export interface Failure {
  readonly what: string;
  /** What was sent before it, by the same connection. */
  readonly sent: string;
}

/** More are not kept: the first are what is looked at. */
const MAX_FAILURES = 20;
/** Of what was sent, as much is kept: its end. */
const MAX_TEXT = 5000;

export class Account {
  readonly counts: Counts = { messages: 0, sent: 0, slowest: 0, answers: new Map(), replies: new Map() };
  readonly failures: Failure[] = [];
  /** All clientIds that anybody was given. */
  readonly #given = new Set<string>();
  #recent: string[] = [];

  /** ClientIds that a sender may say, though they are not its own. */
  get others(): readonly string[] {
    return this.#recent;
  }

  fail(what: string, sent: string): void {
    if (this.failures.length < MAX_FAILURES) this.failures.push({ what, sent: sent.slice(-MAX_TEXT) });
  }

  /** Something was sent, and answered after some milliseconds. */
  answered(count: number, answer: string, ms: number): void {
    this.counts.messages += count;
    this.counts.sent++;
    this.counts.slowest = Math.max(this.counts.slowest, ms);
    add(this.counts.answers, answer);
  }

  /**
   * Judges what a server said.
   * @param secret whether clientIds in it are kept from others: who knows one may use it
   * @returns the clientId of the last handshake in it that succeeded
   */
  heard(text: string, known: Set<string>, sent: () => string, secret = false): string | undefined {
    let latest: string | undefined;
    const knowledge = {
      knows: (id: string) => known.has(id),
      given: (id: string) => {
        if (this.#given.has(id)) return false;
        latest = id;
        this.#given.add(id);
        known.add(id);
        if (!secret) this.#recent = [...this.#recent.slice(-20), id];
        return true;
      },
    };
    const fault = wrong(text, knowledge, (code) => add(this.counts.replies, code));
    if (fault) this.fail(fault, sent());
    return latest;
  }
}

const add = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

/** The clientIds that somebody says in a text. */
export function* saidIn(text: string): Iterable<string> {
  for (const [, id = ''] of text.matchAll(/"clientId":"([\w-]+)"/g)) yield id;
}
