// One who sends what the grammar makes: who they are, what they know, and what they sent last.
import type { User, Victim } from '../hostile/victim.js';
import { type Account, saidIn } from './account.js';
import { body, message } from './grammar.js';
import type { Random } from './random.js';

/** So many inputs are kept, to be looked at when something went wrong after them. */
const KEPT = 5;
/** A connection that knows very many clientIds would know those of everybody. */
const MAX_KNOWN = 2000;

export class Attacker {
  readonly random: Random;
  readonly victim: Victim;
  readonly user: User;
  readonly account: Account;
  readonly #known = new Set<string>();
  #clientId: string | undefined;
  #last: string[] = [];
  #n = 0;

  constructor(victim: Victim, user: User, account: Account, random: Random) {
    this.victim = victim;
    this.user = user;
    this.account = account;
    this.random = random;
  }

  /** The text of one message or of a batch. */
  next(): { readonly text: string; readonly count: number } {
    const sender = {
      clientId: this.#clientId,
      others: this.account.others,
      auth: this.victim.auth(this.user).auth ?? {},
    };
    const made = body(this.random, () => message(this.random, sender, ++this.#n));
    for (const id of saidIn(made.text)) {
      // Said last, forgotten last: the answer is still to come.
      this.#known.delete(id);
      this.#known.add(id);
    }
    this.sending(made.text);
    return made;
  }

  /** Something is sent that may have to be looked at. */
  sending(text: string): void {
    this.#last = [...this.#last.slice(1 - KEPT), text];
  }

  /** What was sent last. */
  get sent(): string {
    return this.#last.join('\n');
  }

  heard(text: string): void {
    const given = this.account.heard(text, this.#known, () => this.sent);
    if (given !== undefined && (this.#clientId === undefined || this.random.chance(0.1))) this.#clientId = given;
    for (const id of this.#known) {
      if (this.#known.size <= MAX_KNOWN) break;
      if (id !== this.#clientId) this.#known.delete(id);
    }
  }

  /** Comes back as a new page. */
  forget(): void {
    this.#clientId = undefined;
  }
}
