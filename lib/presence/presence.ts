// Who is heard, held and gone: owns the clock, the leases and the sweep. Told by the door, which never waits for it.
import type { Client, ClientId, Millis } from '../domain.js';
import { LeaseBook, type Parting } from './lease_book.js';
import { Registrar, type RegistrarOptions } from './registrar.js';
import type { Lease } from './store.js';
import { inTurns } from './turns.js';

export interface PresenceOptions extends RegistrarOptions {
  /** How long a client counts as present after its last proof of life. */
  readonly lease: Millis;
  /** How long a client that may be going is waited for. */
  readonly grace: Millis;
  /** How often lost clients are looked for. Default 1 s. */
  readonly sweepEvery?: Millis;
  /** How often the leases of the clients here are renewed in the store. Default 5 s. */
  readonly beatEvery?: Millis;
  /**
   * How long nobody is taken out after the store was away, after this process was stopped for a while, and after it
   * began: other processes may still be saying who lives. Default 0: there are no others.
   */
  readonly patience?: Millis;
  /** When this process ends, how long its clients are waited for by others. Default 15 s. */
  readonly handOver?: Millis;
  /** The store stopped answering: what it knew may be gone. */
  readonly onAway?: () => void;
  /** The store answers again, and is being told who lives. */
  readonly onBack?: () => void;
}

/** A process that did not sweep for so long was stopped. */
const STALL: Millis = 5_000;
const NEVER = Number.NEGATIVE_INFINITY;

/** What the door tells returns at once and never throws. Ids of clients that were never heard (nobody's) are harmless. */
export class Presence {
  readonly #options: Required<PresenceOptions>;
  readonly #book: LeaseBook;
  readonly #registrar: Registrar;
  #beaten: Millis;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;
  /** Clients that were heard after their lease was over, while the sweep that ends it runs. */
  readonly #returning = new Set<ClientId>();
  #closed = false;
  #swept: Millis;
  /** Until when nobody is taken out. */
  #patient: Millis;

  constructor({ sweepEvery = 1_000, beatEvery = 5_000, patience = 0, handOver = 15_000, ...options }: PresenceOptions) {
    const quiet = { onAway: () => undefined, onBack: () => undefined };
    this.#options = { sweepEvery, beatEvery, patience, handOver, ...quiet, ...options };
    this.#swept = options.now();
    this.#patient = patience > 0 ? this.#swept + patience : NEVER;
    this.#beaten = options.now();
    this.#book = new LeaseBook(options.lease, beatEvery);
    this.#registrar = new Registrar(options, this.#book);
    options.store.watch?.((answers) => (answers ? this.#storeIsBack() : this.#storeIsAway()));
  }

  /** Whether who is not known to the store is gone for certain: it was not away lately. */
  get settled(): boolean {
    return this.#options.now() >= this.#patient;
  }

  /** A `/meta/connect` of a known identity: the client joins, moves, or is renewed by the next beat. */
  heard(client: Client): void {
    if (this.#closed) return;
    const now = this.#options.now();
    if (this.#book.hasLapsed(client.id, now)) this.#comeBack(client);
    else if (this.#book.heard(client, now)) void this.#registrar.join(client.id);
  }

  /**
   * The client has an open connection (a WebSocket, a held poll), so it is alive until told otherwise. To be followed by
   * `release`, `dropped`, `lost` or `gone`.
   */
  hold(id: ClientId): void {
    if (!this.#closed) this.#book.hold(id);
  }

  /**
   * The client's last open connection ended as it should (its poll was answered); another is expected within the lease.
   * @param heardAt the client's last real proof of life, which from now on counts instead of the connection.
   */
  release(id: ClientId, heardAt: Millis): void {
    this.#book.release(id, heardAt);
  }

  /**
   * The page says that it may be going (`before_leave`), and so lives now. Its lease shrinks to the grace time; a connect,
   * or a connection that is still open at the next sweep, restores it.
   */
  leaving(id: ClientId): void {
    const now = this.#options.now();
    void this.#registrar.renew(this.#book.shorten(id, now + this.#options.grace, now));
  }

  /**
   * The client's last open connection broke (socket closed, poll aborted): it is waited for during the grace time.
   * @param heardAt the client's last real proof of life: where its stay ends if it does not come back.
   */
  dropped(id: ClientId, heardAt: Millis): void {
    this.#returning.delete(id);
    this.#book.letGo(id);
    void this.#registrar.renew(this.#book.shorten(id, this.#options.now() + this.#options.grace, heardAt));
  }

  /** Faye gave the client up: the next sweep takes it out as of its last proof of life. */
  lost(id: ClientId): void {
    this.#returning.delete(id);
    this.#book.letGo(id);
    void this.#registrar.renew(this.#book.shorten(id, this.#options.now()));
  }

  /**
   * Another process has the client now: what is still to be said of it is that one's.
   * @param over it was taken out there
   */
  moved(id: ClientId, over: boolean): void {
    this.#returning.delete(id);
    const known = this.#book.forget(id);
    this.#book.standings.forget(id);
    // It may have been heard here once more, after it had left there.
    if (over && known) void this.#registrar.leave(id, this.#options.now(), 'lost');
  }

  /** The client said goodbye, or is sent away: it leaves at once, also when another process heard it. */
  gone(id: ClientId, cause: 'leave' | 'kick'): void {
    const now = this.#options.now();
    this.#returning.delete(id);
    const known = this.#book.forget(id);
    void this.#registrar.leave(id, now, cause).then((left) => {
      if (!left && known && !this.#closed) this.#book.failedToLeave(known, now);
    });
  }

  /**
   * Begins to sweep: now, before anybody is heard whose presence would go on from one that a dead process left behind, and
   * every `sweepEvery`. Does not keep the process alive.
   */
  start(): void {
    if (this.#timer || this.#closed) return;
    // The clock of a shared store is right only now.
    this.#beaten = this.#options.now();
    this.#swept = this.#beaten;
    if (this.#options.patience > 0) this.#patient = this.#beaten + this.#options.patience;
    void this.sweep();
    // By way of setImmediate, since timers run before sockets are read: after a stall, what waits there is heard first.
    const sweep = () => setImmediate(() => void this.sweep());
    this.#timer = setInterval(sweep, this.#options.sweepEvery).unref();
  }

  /** Renews those who are alive, then takes out those who are lost. One at a time: a second call joins the first. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#sweep().finally(() => {
      this.#sweeping = undefined;
    });
    return this.#sweeping;
  }

  /** Tells the store the last proof of life of every client here, in one call. Never rejects. */
  async beat(): Promise<void> {
    const now = this.#options.now();
    this.#beaten = now;
    await this.#registrar.renew(this.#book.due(now, true));
  }

  /**
   * Stops. Other processes wait for the clients of this one; where there are none, every client is taken out as of now,
   * but a dropped one as of its last proof of life.
   */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#sweeping;
    const now = this.#options.now();
    const everyone = this.#book.clear();
    if (!(await this.#handOver(everyone, now))) await this.#dismiss(everyone, now);
  }

  async #handOver(everyone: readonly Parting[], now: Millis): Promise<boolean> {
    if (!this.#options.store.handOver) return false;
    const latest = now + this.#options.handOver;
    const lease = ({ id, heldHere, at, ends }: Parting): Lease =>
      heldHere ? { id, seen: now, ends: latest } : { id, seen: at, ends: Math.min(ends, latest) };
    // A store that is away cannot be told: the leases there end by themselves.
    if (!(await this.#registrar.renew(everyone.map(lease)))) return true;
    return this.#registrar.handOver(now, latest);
  }

  async #dismiss(everyone: readonly Parting[], now: Millis): Promise<void> {
    // Whose connection is not here is not known to be alive: those go as of when they were heard.
    const away = everyone.filter(({ heldHere }) => !heldHere);
    await this.#registrar.renew(away.map(({ id, at }) => ({ id, seen: at, ends: now })));
    const leave = ({ id, heldHere }: Parting) => this.#registrar.leave(id, now, heldHere ? 'shutdown' : 'lost');
    await inTurns(everyone, leave);
  }

  #storeIsAway(): void {
    this.#patient = Number.POSITIVE_INFINITY;
    this.#options.onAway();
  }

  /** It may have lost everything: it is told again who is here, before anybody is taken out. */
  #storeIsBack(): void {
    this.#patient = this.#options.now() + this.#options.patience;
    this.#book.sayAgain();
    void this.sweep();
    this.#options.onBack();
  }

  /** A client is heard after a silence longer than its lease: the silence ends a presence, then another begins. */
  #comeBack(client: Client): void {
    this.#book.forget(client.id);
    this.#book.standings.forget(client.id);
    this.#returning.add(client.id);
    void this.sweep().then(() => {
      // It may have said goodbye meanwhile.
      if (this.#returning.delete(client.id)) this.heard(client);
    });
  }

  async #sweep(): Promise<void> {
    if (this.#closed) return;
    const { now: clock, patience } = this.#options;
    const now = clock();
    if (patience > 0 && now - this.#swept > STALL) this.#patient = Math.max(this.#patient, now + patience);
    this.#swept = now;
    // Whichever way: a clock that was set back must not silence the heart.
    const beat = Math.abs(now - this.#beaten) >= this.#options.beatEvery;
    if (beat) this.#beaten = now;
    const due = this.#book.due(now, beat);
    // A store that could not be told who is alive must not be asked who is dead.
    if (due.length > 0 && !(await this.#registrar.renew(due))) return;
    await this.#registrar.expire(now, this.settled ? now : NEVER);
  }
}
