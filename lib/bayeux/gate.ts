// The gate: who sent a message, and may they? Identity is fixed by the first message that proves it for a clientId.
import type { IncomingMessage } from 'node:http';
import { readClaim } from '../identity/claim.js';
import type { Identify } from '../identity/identify.js';
import { type Identity, Unidentified } from '../identity/identity.js';
import { BEFORE_LEAVE, placeError } from './channels.js';
import type { Advice, Message, Reply } from './faye.js';
import { bayeuxError, type Guarded, kicked, refuse } from './guard.js';
import type { Rules } from './rules.js';
import type { Session, Sessions } from './sessions.js';

export interface GateOptions {
  readonly identify: Identify;
  readonly rules: Rules;
  /** Whether `identify` can do without a claim: it knows the request. */
  readonly claimless: boolean;
  /** Whether clients without identity are let in. They are never counted. */
  readonly anonymous: boolean;
  readonly sessions: Sessions;
  readonly onError: (error: unknown) => void;
}

/** What a handshake proved before its clientId exists. */
export interface Proof {
  readonly identity: Identity;
  readonly proof: number;
}

/** A message may go on to Faye (with what its handshake proved), or is answered here. */
export type Admission =
  | { readonly message: Message; readonly session?: Session; readonly proven?: Proof }
  | { readonly reply: Reply; readonly leaving?: Session };

/** A client that may not come in should not knock again every few seconds; one that could not be judged should. */
const STOP: Advice = { reconnect: 'none' };
const AGAIN: Advice = { reconnect: 'handshake', interval: 5000 };
/** In a cluster: whose client it is cannot be known at the moment. It keeps its clientId and tries again. */
const RETRY: Advice = { reconnect: 'retry', interval: 1000 };

export class Gate {
  readonly #options: GateOptions;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /**
   * Never throws: whatever is wrong becomes a reply.
   * @param comes whether the client comes to this process with its connection, as it does with every connect
   */
  async admit(guarded: Guarded, request: IncomingMessage, comes: boolean): Promise<Admission> {
    try {
      return await this.#admit(guarded, request, comes);
    } catch (error) {
      return { reply: this.#refusal(guarded.message, error) };
    }
  }

  async #admit({ message, auth }: Guarded, request: IncomingMessage, comes: boolean): Promise<Admission> {
    if (message.channel === '/meta/handshake') return this.#handshake(message, auth, request);
    const { sessions } = this.#options;
    const session = sessions.get(message.clientId) ?? (await this.#find(message, comes));
    if (session === 'away') return { reply: refuse(message, AWAY, RETRY) };
    if (!session) return sessions.isBanned(message.clientId) ? { reply: kicked(message) } : unknownClient(message);
    await this.#identify(session, message, auth, request);
    if (message.channel === BEFORE_LEAVE) return { reply: accepted(message), leaving: session };
    if (message.channel.startsWith('/meta/')) return this.#meta(message, session);
    return this.#check(message, session, 'publish', [message.channel]);
  }

  /** The session of a client that is not here: another process may have it. */
  async #find({ channel, clientId }: Message, comes: boolean): Promise<Session | 'away' | undefined> {
    const { sessions } = this.#options;
    if (clientId === undefined || sessions.isBanned(clientId)) return undefined;
    return sessions.find(clientId, channel === '/meta/connect' || (comes && channel !== '/meta/disconnect'));
  }

  async #handshake(message: Message, auth: unknown, request: IncomingMessage): Promise<Admission> {
    const identity = await this.#prove(auth, request, message.channel);
    return identity ? { message, proven: { identity, proof: digest(auth) } } : { message };
  }

  /** Settles who the session is, or throws Unidentified. A message without auth is its session's. */
  async #identify(session: Session, message: Message, auth: unknown, request: IncomingMessage): Promise<void> {
    const proof = digest(auth);
    if (session.identity && (auth === undefined || proof === session.proof)) return;
    const identity = await this.#prove(auth, request, message.channel);
    if (!identity) {
      if (this.#options.anonymous) return;
      throw new Unidentified('auth', 'is missing: {room_channel, time_channel, current_user: {uid, uname}, token}');
    }
    if (session.identity && session.identity.user.uid !== identity.user.uid) {
      throw new Unidentified('current_user.uid', 'is not the one that this client came in with');
    }
    await this.#options.sessions.identify(session, identity, proof);
  }

  /**
   * Null for a message that claims nothing (its identity may come with a later one).
   * @throws Unidentified when what it claims is wrong
   */
  async #prove(auth: unknown, request: IncomingMessage, channel: string): Promise<Identity | null> {
    const { claimless, identify } = this.#options;
    if (auth !== undefined) return identify(readClaim(auth, placeError), request, channel, auth);
    if (!claimless) return null;
    try {
      return await identify({ place: {} }, request, channel, auth);
    } catch (error) {
      if (error instanceof Unidentified && error.code !== 500) return null;
      throw error;
    }
  }

  async #meta(message: Message, session: Session): Promise<Admission> {
    if (message.channel !== '/meta/subscribe') return { message, session };
    return this.#check(message, session, 'subscribe', [message.subscription ?? []].flat());
  }

  async #check(
    message: Message,
    session: Session,
    action: 'subscribe' | 'publish',
    channels: string[],
  ): Promise<Admission> {
    for (const channel of channels) {
      const verdict = this.#options.rules(session.identity, action, channel);
      const refused = verdict instanceof Promise ? await verdict : verdict;
      if (refused) return { reply: refuse(message, refused) };
    }
    return { message, session };
  }

  #refusal(message: Message, error: unknown): Reply {
    if (!(error instanceof Unidentified)) {
      this.#options.onError(error);
      return refuse(message, bayeuxError(500, message.channel, 'Internal server error'));
    }
    if (error.code === 500) this.#options.onError(error.cause);
    const advice = COMING_IN.has(message.channel) ? { advice: error.code === 500 ? AGAIN : STOP } : {};
    return refuse(message, bayeuxError(error.code, error.field, error.message), advice.advice);
  }
}

const AWAY = bayeuxError(503, 'clientId', 'Not known at the moment: try again');

const COMING_IN = new Set(['/meta/handshake', '/meta/connect']);

/** As Faye answers a client that it does not know. */
const unknownClient = (message: Message): Admission => ({
  reply: refuse(
    { ...message, clientId: undefined },
    bayeuxError(401, message.clientId ?? '', 'Unknown client'),
    message.channel === '/meta/connect' ? { reconnect: 'handshake' } : undefined,
  ),
});

const accepted = ({ channel, id, clientId }: Message): Reply => ({ channel, id, clientId, successful: true });

/**
 * A number for a claim (FNV-1a over its JSON), so that neither the claim nor its token stays in memory for every client.
 * It only saves proving the same claim again: two claims with one number cannot make a client somebody else, or put it
 * anywhere; the later one is merely overlooked.
 */
function digest(auth: unknown): number {
  const said = JSON.stringify(auth) ?? '';
  let hash = 0x811c9dc5;
  for (let i = 0; i < said.length; i++) hash = Math.imul(hash ^ said.charCodeAt(i), 0x01000193);
  return (hash >>> 0) * 0x10000 + (said.length & 0xffff);
}
