// One message's way: guard, gate, Faye, and the reply completed. The same for a poll and for a WebSocket.
import type { IncomingMessage } from 'node:http';
import type { Client, ClientId, Millis } from '../domain.js';
import type { Message, ProtocolServer, Reply } from './faye.js';
import type { Admission, Gate, Origin } from './gate.js';
import { bayeuxError, broken, type Guard, refuse, TRANSPORTS } from './guard.js';
import type { Outlet } from './outlet.js';
import { farewell, limitReply, type RefusalKind, type Why } from './refusal.js';
import type { Session, Sessions } from './sessions.js';
import type { Turnstile, Visit } from './turnstile.js';
import type { Validity } from './validity.js';
import { greet, type Welcome } from './welcome.js';

/** What the door tells presence. None of these throws or is waited for. */
export interface Listener {
  heard(client: Client): void;
  /** A live connection of the client is open: a WebSocket or a held poll. */
  hold(id: ClientId): void;
  /** A poll was answered; the client was last heard when it was asked. */
  release(id: ClientId, heardAt: Millis): void;
  /** The connection is gone; the page may come back. */
  dropped(id: ClientId, heardAt: Millis): void;
  /** The page says that it may be going. */
  leaving(id: ClientId): void;
  gone(id: ClientId, cause: 'leave' | 'kick'): void;
  /** Faye gave the client up. */
  lost(id: ClientId): void;
  /** Another process has the client now, or took it out (`over`), and tells of that: it is forgotten here. */
  moved?(id: ClientId, over: boolean): void;
}

export interface ExchangeOptions {
  readonly guard: Guard;
  readonly gate: Gate;
  readonly sessions: Sessions;
  readonly turnstile: Turnstile;
  readonly validity: Validity;
  /** Takes a client out that may not stay, once it was told. */
  readonly takeOut: (id: ClientId, why: Why) => void;
  readonly onRefusal: (kind: RefusalKind, request: IncomingMessage) => void;
  readonly server: ProtocolServer;
  readonly outlet: Outlet;
  readonly listener: Listener;
  readonly welcome: Welcome;
  readonly now: () => Millis;
  readonly maxSubscriptions: number;
  /** Milliseconds that a connect is held at most. */
  readonly timeout: Millis;
  readonly onError: (error: unknown) => void;
}

/** A message that passed the gate and waits to be processed. */
export interface Passed {
  readonly message: Message;
  /** Whose message it is, when that is known and the client is here. */
  readonly client: Client | null;
  /** What its handshake showed. */
  readonly visit: Visit | undefined;
}

/** Gets what passed, or the reply that refuses it, and why it does. */
export type Each = (item: Passed | Reply, kind?: RefusalKind) => void;

/** How many times as long as a connect is held Faye and the host's extensions may take. */
const PATIENCE = 1.5;
const LATE = 'Not answered in time: try again; every extension must call its callback';

export class Exchange {
  readonly #options: ExchangeOptions;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  /**
   * Guard and gate, in order; `each` gets what passed, or the reply that refuses it.
   * @param socket of clients that come with their connection, which stays open: a WebSocket
   * @throws BadRequest when the whole body is unusable
   */
  async admit(body: unknown, request: IncomingMessage, each: Each, socket?: Origin): Promise<void> {
    const { gate, guard, onRefusal, turnstile } = this.#options;
    const refused = (reply: Reply, kind: RefusalKind): void => {
      onRefusal(kind, request);
      each(reply, kind);
    };
    for (const item of guard(body)) {
      if ('message' in item) {
        this.#settle(await gate.admit(item, request, socket), each, refused);
        continue;
      }
      // Nobody's message, for all that is known.
      const tooMuch = turnstile.doubt(socket?.network ?? turnstile.networkOf(request));
      if (tooMuch) refused(limitReply(item.refusal, tooMuch), tooMuch.kind);
      else refused(item.refusal, 'message');
    }
  }

  #settle(admission: Admission, each: Each, refused: (reply: Reply, kind: RefusalKind) => void): void {
    const { listener, maxSubscriptions, sessions, takeOut } = this.#options;
    if ('leaving' in admission) {
      listener.leaving(admission.leaving.id);
      each(admission.reply);
      return;
    }
    if ('reply' in admission) {
      refused(admission.reply, admission.kind);
      if (admission.over) takeOut(admission.reply.clientId ?? '', admission.over);
      return;
    }
    const { message, session, visit } = admission;
    if (message.channel === '/meta/subscribe' && session && this.#isTooMuch(session, message)) {
      const text = `At most ${maxSubscriptions} subscriptions of a client: end some, or raise limits.subscriptions`;
      const error = bayeuxError(403, 'subscription', text);
      refused(refuse(message, error), 'subscriptions');
      return;
    }
    if (message.channel === '/meta/disconnect' && session) listener.gone(session.id, 'leave');
    // Who went while they were asked who they are is not heard any more.
    const client = sessions.get(session?.id)?.client ?? null;
    each({ message: this.#bounded(message, session), client, visit });
  }

  /** Subscribing again to the same channel costs nothing. */
  #isTooMuch({ id, channels = this.#options.outlet.subscriptions(id) }: Session, { subscription }: Message): boolean {
    return new Set([...channels, ...[subscription ?? []].flat()]).size > this.#options.maxSubscriptions;
  }

  /** A client may be answered sooner than we would, not later; and sooner when its token runs out meanwhile. */
  #bounded(message: Message, session: Session | undefined): Message {
    if (message.channel !== '/meta/connect') return message;
    const { timeout, validity } = this.#options;
    const longest = session?.identity ? validity.hold(session.identity, timeout) : timeout;
    const wait = message.advice?.timeout ?? timeout;
    if (wait <= longest && message.advice === undefined) return message;
    return { ...message, advice: { timeout: Math.min(wait, longest) } };
  }

  /**
   * Faye processes the message; a connect is answered when there is something to say, or at its time-out.
   * `done` is called in the same turn when Faye answers so: after a disconnect Faye closes the socket right away. It is
   * called once, also when an extension of the host's never goes on.
   * @returns gives the answer up: `done` is not called any more
   */
  process(passed: Passed, request: IncomingMessage, done: (replies: Reply[]) => void): () => void {
    const { onRefusal, timeout, turnstile } = this.#options;
    const { message } = passed;
    let over = false;
    let timer: NodeJS.Timeout | undefined;
    const late = (): void => {
      over = true;
      onRefusal('timeout', request);
      if (passed.visit) turnstile.cancel(passed.visit);
      done([refuse(message, bayeuxError(503, message.channel, LATE))]);
    };
    this.#process(passed, request, (replies) => {
      if (over) return this.#tooLate(passed, replies);
      over = true;
      clearTimeout(timer);
      done(replies);
    });
    if (!over) timer = setTimeout(late, PATIENCE * timeout);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }

  /** Nobody waits for it any more: what came with it goes with the next answer. */
  #tooLate({ message }: Passed, [, ...messages]: Reply[]): void {
    if (message.channel === '/meta/connect') this.#options.outlet.requeue(message.clientId ?? '', messages);
  }

  #process({ message, visit }: Passed, request: IncomingMessage, done: (replies: Reply[]) => void): void {
    const fail = (error: unknown): void => {
      this.#options.onError(error);
      if (visit) this.#options.turnstile.cancel(visit);
      done([refuse(message, broken(message.channel))]);
    };
    // An extension of the host's may throw, and may make a reply that is no JSON.
    const answer = (replies: Reply[]): void => {
      try {
        done(replies);
      } catch (error) {
        fail(error);
      }
    };
    try {
      this.#options.server.process(message, request, (replies) => this.#complete(message, visit, replies, answer));
    } catch (error) {
      fail(error);
    }
  }

  /** Until when a client that is sent away now is told so. */
  get banned(): Millis {
    return this.#options.now() + 2 * this.#options.timeout;
  }

  /** Takes a client out: it is told why in answer to what it holds or asks next. */
  takeOut(id: ClientId, why: Why): void {
    const { listener, server, sessions } = this.#options;
    sessions.ban(id, this.banned, why);
    if (why === 'kicked') listener.gone(id, 'kick');
    server._engine.destroyClient(id);
  }

  #complete(message: Message, visit: Visit | undefined, replies: Reply[], done: (replies: Reply[]) => void): void {
    const reply = replies[0];
    const why = reply?.channel === '/meta/connect' ? this.#options.sessions.banned(reply.clientId) : undefined;
    if (reply && why) {
      done([farewell(reply, why)]);
      return;
    }
    if (visit && !reply?.successful) this.#options.turnstile.cancel(visit);
    const work = reply?.successful ? this.#finish(message, reply, visit) : undefined;
    if (work) void this.#after(work, message, replies).then(done);
    else done(replies);
  }

  async #after(work: Promise<void>, message: Message, replies: Reply[]): Promise<Reply[]> {
    try {
      await work;
      return replies;
    } catch (error) {
      this.#options.onError(error);
      return [refuse(message, broken(message.channel))];
    }
  }

  /** What is still to be done before a reply is sent; undefined when it is done already. */
  #finish(message: Message, reply: Reply, visit: Visit | undefined): Promise<void> | undefined {
    if (message.channel === '/meta/connect') return this.#remind(reply);
    if (message.channel === '/meta/subscribe') return greet(this.#options, message, reply);
    if (message.channel === '/meta/unsubscribe') return this.#options.outlet.written?.(message.clientId ?? '');
    return visit ? this.#open(reply, visit) : undefined;
  }

  /** Asks for a fresh token when this one will not do until the next answer. */
  #remind(reply: Reply): undefined {
    const { sessions, timeout, validity } = this.#options;
    const identity = sessions.get(reply.clientId)?.identity;
    if (!identity || !validity.wants(identity, timeout)) return;
    reply.ext = { ...reply.ext, faye_online: { refresh: true, expires: identity.expires } };
  }

  #open(reply: Reply, visit: Visit): Promise<void> | undefined {
    const { server, sessions, turnstile } = this.#options;
    const { shown } = visit;
    reply.supportedConnectionTypes = [...TRANSPORTS];
    const id = reply.clientId ?? '';
    // An extension of the host's took so long that its peer was told to try again.
    if (!turnstile.settle(visit)) return void server._engine.destroyClient(id);
    const session = sessions.open(id, visit.network);
    return shown ? sessions.identify(session, shown) : undefined;
  }
}
