// One message's way: guard, gate, Faye, and the reply completed. The same for a poll and for a WebSocket.
import type { IncomingMessage } from 'node:http';
import type { Channel, Client, ClientId, Millis } from '../domain.js';
import { PRESENCE, roomOf, USER_LIST } from './channels.js';
import type { Message, ProtocolServer, Reply } from './faye.js';
import type { Admission, Gate, Proof } from './gate.js';
import { bayeuxError, type Guard, refuse, TRANSPORTS } from './guard.js';
import type { Outlet } from './outlet.js';
import type { Sessions } from './sessions.js';

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
  readonly maxSubscriptions: number;
  readonly onError: (error: unknown) => void;
}

/** A message that passed the gate and waits to be processed. */
export interface Passed {
  readonly message: Message;
  readonly proven: Proof | undefined;
}

export class Exchange {
  readonly #options: ExchangeOptions;
  readonly #kicked = new Set<ClientId>();

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  /** Guard and gate, in order. @throws BadRequest when the whole body is unusable */
  async *admit(body: unknown, request: IncomingMessage): AsyncGenerator<Passed | Reply> {
    for (const item of this.#options.guard(body)) {
      if ('refusal' in item) yield item.refusal;
      else yield this.#settle(await this.#options.gate.admit(item, request));
    }
  }

  #settle(admission: Admission): Passed | Reply {
    const { listener, outlet, maxSubscriptions } = this.#options;
    if ('reply' in admission) {
      if (admission.leaving) listener.leaving(admission.leaving.id);
      return admission.reply;
    }
    const { message, session, proven } = admission;
    if (message.channel === '/meta/subscribe' && session) {
      const wanted = [message.subscription ?? []].flat().length;
      if (outlet.subscriptions(session.id) + wanted > maxSubscriptions) {
        return refuse(
          message,
          bayeuxError(403, 'subscription', `At most ${maxSubscriptions} subscriptions for a client`),
        );
      }
    }
    if (message.channel === '/meta/connect' && session?.client) listener.heard(session.client);
    if (message.channel === '/meta/disconnect' && session) listener.gone(session.id, 'leave');
    return { message, proven };
  }

  /**
   * Faye processes the message; a connect is answered when there is something to say, or at its time-out.
   * `done` is called in the same turn when Faye answers so: after a disconnect Faye closes the socket right away.
   */
  process({ message, proven }: Passed, request: IncomingMessage, done: (replies: Reply[]) => void): void {
    try {
      this.#options.server.process(message, request, (replies) => this.#complete(message, proven, replies, done));
    } catch (error) {
      this.#options.onError(error);
      done([refuse(message, bayeuxError(500, message.channel, 'Internal server error'))]);
    }
  }

  /** Takes a client out: Faye answers the poll that it holds, and that answer tells it not to come back. */
  kick(id: ClientId): void {
    this.#kicked.add(id);
    this.#options.listener.gone(id, 'kick');
    this.#options.server._engine.destroyClient(id);
    setImmediate(() => this.#kicked.delete(id));
  }

  #complete(message: Message, proven: Proof | undefined, replies: Reply[], done: (replies: Reply[]) => void): void {
    const reply = replies[0];
    if (reply?.channel === '/meta/connect' && this.#kicked.has(reply.clientId ?? '')) {
      done([kicked(reply)]);
    } else if (reply?.successful && message.channel === '/meta/subscribe') {
      this.#welcome(message, reply).then(() => done(replies), this.#options.onError);
    } else {
      if (reply?.successful && message.channel === '/meta/handshake') this.#open(reply, proven);
      done(replies);
    }
  }

  #open(reply: Reply, proven: Proof | undefined): void {
    reply.supportedConnectionTypes = [...TRANSPORTS];
    const session = this.#options.sessions.open(reply.clientId ?? '');
    if (proven) this.#options.sessions.identify(session, proven.identity, proven.proof);
  }

  /** The snapshot rides on the reply; the list comes as a message, as the gem's pages expect it. */
  async #welcome({ subscription, clientId }: Message, reply: Reply): Promise<void> {
    const { welcome, outlet, onError } = this.#options;
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

/** Tells a client that it was sent away and is not to come back. */
export const kicked = ({ channel, clientId, id }: Reply): Reply =>
  refuse({ channel, clientId, id }, bayeuxError(403, 'current_user.uid', 'You were sent away'), { reconnect: 'none' });
