// One message's way: guard, gate, Faye, and the reply completed. The same for a poll and for a WebSocket.
import type { IncomingMessage } from 'node:http';
import type { Channel, Client, ClientId, Millis } from '../domain.js';
import { PRESENCE, roomOf, USER_LIST } from './channels.js';
import type { Message, ProtocolServer, Reply } from './faye.js';
import type { Admission, Gate, Proof } from './gate.js';
import { bayeuxError, type Guard, kicked, refuse, TRANSPORTS } from './guard.js';
import type { Outlet } from './outlet.js';
import type { Session, Sessions } from './sessions.js';

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
  /** Another process has the client now, or took it out: it is forgotten here, and nothing is told of it. */
  moved?(id: ClientId): void;
}

/** What a new subscriber gets at once. */
export interface Welcome {
  snapshot(room: Channel): Promise<unknown>;
  list(room: Channel): Promise<unknown>;
}

export interface ExchangeOptions {
  readonly guard: Guard;
  readonly gate: Gate;
  readonly sessions: Sessions;
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
  /** Whose message it is, when that is known. */
  readonly client: Client | null;
  readonly proven: Proof | undefined;
}

export class Exchange {
  readonly #options: ExchangeOptions;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  /**
   * Guard and gate, in order; `each` gets what passed, or the reply that refuses it.
   * @param comes whether the clients come with their connection, which stays open: a WebSocket
   * @throws BadRequest when the whole body is unusable
   */
  async admit(
    body: unknown,
    request: IncomingMessage,
    each: (item: Passed | Reply) => void,
    comes = false,
  ): Promise<void> {
    for (const item of this.#options.guard(body)) {
      if ('refusal' in item) each(item.refusal);
      else each(this.#settle(await this.#options.gate.admit(item, request, comes)));
    }
  }

  #settle(admission: Admission): Passed | Reply {
    if ('reply' in admission) {
      if (admission.leaving) this.#options.listener.leaving(admission.leaving.id);
      return admission.reply;
    }
    const { message, session, proven } = admission;
    if (message.channel === '/meta/subscribe' && session && this.#isTooMuch(session, message)) {
      const { maxSubscriptions } = this.#options;
      return refuse(
        message,
        bayeuxError(403, 'subscription', `At most ${maxSubscriptions} subscriptions for a client`),
      );
    }
    if (message.channel === '/meta/disconnect' && session) this.#options.listener.gone(session.id, 'leave');
    return { message: this.#bounded(message), client: session?.client ?? null, proven };
  }

  /** Subscribing again to the same channel costs nothing. */
  #isTooMuch({ id, channels = this.#options.outlet.subscriptions(id) }: Session, { subscription }: Message): boolean {
    return new Set([...channels, ...[subscription ?? []].flat()]).size > this.#options.maxSubscriptions;
  }

  /** A client may be answered sooner than we would, not later. */
  #bounded(message: Message): Message {
    const wait = message.advice?.timeout;
    if (wait === undefined) return message;
    return { ...message, advice: { timeout: Math.min(wait, this.#options.timeout) } };
  }

  /**
   * Faye processes the message; a connect is answered when there is something to say, or at its time-out.
   * `done` is called in the same turn when Faye answers so: after a disconnect Faye closes the socket right away.
   */
  process({ message, proven }: Passed, request: IncomingMessage, done: (replies: Reply[]) => void): void {
    const fail = (error: unknown): void => {
      this.#options.onError(error);
      done([refuse(message, bayeuxError(500, message.channel, 'Internal server error'))]);
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
      this.#options.server.process(message, request, (replies) => this.#complete(message, proven, replies, answer));
    } catch (error) {
      fail(error);
    }
  }

  /** Until when a client that is sent away now is told so. */
  get banned(): Millis {
    return this.#options.now() + 2 * this.#options.timeout;
  }

  /** Takes a client out for good: it is told not to come back, in answer to what it holds or asks next. */
  kick(id: ClientId): void {
    const { listener, server, sessions } = this.#options;
    sessions.ban(id, this.banned);
    listener.gone(id, 'kick');
    server._engine.destroyClient(id);
  }

  #complete(message: Message, proven: Proof | undefined, replies: Reply[], done: (replies: Reply[]) => void): void {
    const reply = replies[0];
    if (reply?.channel === '/meta/connect' && this.#options.sessions.isBanned(reply.clientId)) {
      done([kicked(reply)]);
      return;
    }
    const work = reply?.successful ? this.#finish(message, reply, proven) : undefined;
    if (work) void this.#after(work, message, replies).then(done);
    else done(replies);
  }

  async #after(work: Promise<void>, message: Message, replies: Reply[]): Promise<Reply[]> {
    try {
      await work;
      return replies;
    } catch (error) {
      this.#options.onError(error);
      return [refuse(message, bayeuxError(500, message.channel, 'Internal server error'))];
    }
  }

  /** What is still to be done before a reply is sent; undefined when it is done already. */
  #finish(message: Message, reply: Reply, proven: Proof | undefined): Promise<void> | undefined {
    if (message.channel === '/meta/subscribe') return this.#welcome(message, reply);
    if (message.channel === '/meta/unsubscribe') return this.#options.outlet.written?.(message.clientId ?? '');
    return message.channel === '/meta/handshake' ? this.#open(reply, proven) : undefined;
  }

  #open(reply: Reply, proven: Proof | undefined): Promise<void> | undefined {
    reply.supportedConnectionTypes = [...TRANSPORTS];
    const session = this.#options.sessions.open(reply.clientId ?? '');
    return proven && this.#options.sessions.identify(session, proven.identity, proven.proof);
  }

  /** The snapshot rides on the reply; the list comes as a message, as the gem's pages expect it. */
  async #welcome({ subscription, clientId }: Message, reply: Reply): Promise<void> {
    const { welcome, outlet, onError } = this.#options;
    const written = outlet.written?.(clientId ?? '');
    if (written) await written;
    for (const channel of [subscription ?? []].flat()) {
      try {
        const seen = roomOf(channel, PRESENCE);
        if (seen) reply.ext = { ...reply.ext, presence: await welcome.snapshot(seen) };
        const listed = roomOf(channel, USER_LIST);
        if (listed) outlet.send(clientId ?? '', { channel, data: await welcome.list(listed) });
      } catch (error) {
        onError(error);
      }
    }
  }
}
