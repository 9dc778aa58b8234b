// How a page stands with the server: connecting, online, offline or refused. Faye retries in silence; this speaks up.
import type { FayeClient, Message } from './faye.js';
import { isForgotten, setRetry, wantPromptReply } from './faye_client.js';

/**
 * `connecting`: not yet, or not any more, known to the server. `online`: counted. `offline`: the server cannot be
 * reached, or the page left. `refused`: the server answers, and says no.
 */
export type State = 'connecting' | 'online' | 'offline' | 'refused';

const HANDSHAKE = '/meta/handshake';
const CONNECT = '/meta/connect';
/** Forgotten so often in a row is not forgetting: several servers are behind one URL and do not know of each other. */
const MAX_FORGOTTEN = 3;
const SLOWEST_RETRY = 60;

interface Given {
  readonly client: FayeClient;
  /** Seconds until Faye tries again what failed. */
  readonly retry: number;
  readonly onState: (state: State, reason: string | null) => void;
  /** The server can be reached again: messages may have been lost meanwhile. */
  readonly onBack: () => void;
}

export class Connection {
  readonly #given: Given;
  readonly #complaints = new Set<string>();
  #page: { readonly channel: string; readonly reason: string } | null = null;
  #room: string | null = null;
  /** How often in a row the server said no to this page. */
  #noes = 0;
  #up = true;
  #known = false;
  #ended = false;
  #last = 'connecting';

  constructor(given: Given) {
    this.#given = given;
    given.client.bind('transport:down', () => {
      this.#up = false;
      wantPromptReply(given.client);
      this.#tell();
    });
    given.client.bind('transport:up', () => {
      if (this.#up) return;
      this.#up = true;
      this.#tell();
      given.onBack();
    });
  }

  get state(): State {
    if (this.#ended) return 'offline';
    if (this.#page) return 'refused';
    if (!this.#up) return 'offline';
    if (this.#room !== null) return 'refused';
    return this.#known ? 'online' : 'connecting';
  }

  /** Whether messages get through to the server, as far as Faye knows. */
  get up(): boolean {
    return this.#up;
  }

  /** Whether the page left, for good. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Why the server refuses the page or its room, as it says it; null when it does not. */
  get reason(): string | null {
    return this.#page?.reason ?? this.#room;
  }

  /** Every message on its way to the server. */
  said(message: Message): Message {
    // After a refusal only a connect tells that all is well; a good one would be held for as long as nothing happens.
    return message.channel === CONNECT && this.#page ? { ...message, advice: { timeout: 0 } } : message;
  }

  /** Every message from the server. What Faye gets to see of it; null: nothing. */
  heard(message: Message): Message | null {
    const { channel, successful, error = `${channel} failed` } = message;
    // A handshake that was under way when the page left: Faye would go on with it.
    if (this.#ended && channel === HANDSHAKE) return null;
    if (channel === '/meta/disconnect' && successful) this.end();
    if (channel === HANDSHAKE || channel === CONNECT) return successful ? this.#yes(message) : this.#no(message, error);
    if (successful === false && !isForgotten(message)) this.#complain(error);
    return message;
  }

  /** Why the server refuses the page's room; null when it does not. */
  setRoom(reason: string | null): void {
    this.#room = reason;
    this.#tell();
  }

  end(): void {
    this.#ended = true;
    this.#tell();
  }

  #yes(message: Message): Message {
    this.#known = true;
    const waits = this.#noes > 0;
    // The handshake may go well and the connect be refused, time after time: then the handshake tells nothing.
    if (message.channel === CONNECT || message.channel === this.#page?.channel) {
      this.#page = null;
      this.#noes = 0;
    }
    setRetry(this.#given.client, this.#given.retry);
    this.#tell();
    return waits ? { ...message, advice: { interval: 0, ...message.advice } } : message;
  }

  #no(message: Message, reason: string): Message {
    this.#known = false;
    this.#noes++;
    if (isForgotten(message) && this.#noes <= MAX_FORGOTTEN) {
      this.#tell();
      return message;
    }
    this.#page = { channel: message.channel, reason };
    this.#complain(reason);
    this.#tell();
    return this.#patiently(message);
  }

  /** Faye would try again at once, for ever: it is made to wait, twice as long each time. */
  #patiently(message: Message): Message {
    const wait = Math.min(this.#given.retry * 2 ** this.#noes, SLOWEST_RETRY);
    setRetry(this.#given.client, wait);
    const { reconnect = 'retry' } = message.advice ?? {};
    // Faye repeats a failed handshake anyway; told to make one it would do so at once, besides.
    const advised = message.channel === HANDSHAKE && reconnect === 'handshake' ? 'retry' : reconnect;
    return { ...message, advice: { ...message.advice, reconnect: advised, interval: wait * 1000 } };
  }

  #tell(): void {
    const now = `${this.state} ${this.reason}`;
    if (now === this.#last) return;
    this.#last = now;
    this.#given.onState(this.state, this.reason);
  }

  #complain(reason: string): void {
    if (this.#complaints.has(reason)) return;
    this.#complaints.add(reason);
    console.error(`faye-online: the server refused: ${reason}`);
  }
}
