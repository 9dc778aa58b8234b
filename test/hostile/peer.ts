// A peer of a server under attack: posts, opens WebSockets, and comes in as ann, bob or carol when it has to be somebody.
import { type RawData, WebSocket } from 'ws';
import type { User, Victim } from './victim.js';

export interface Reply {
  readonly channel?: string;
  readonly clientId?: string;
  readonly successful?: boolean;
  readonly error?: string;
  readonly data?: unknown;
}

/** What came of a request: its status and replies, or how it failed. */
export interface Answer {
  readonly status: number | 'no answer' | 'closed';
  readonly replies: readonly Reply[];
}

export const TYPES = ['websocket', 'long-polling'];
export const HANDSHAKE = { channel: '/meta/handshake', version: '1.0', supportedConnectionTypes: TYPES };
export const ROOM = '/classes/4';
export const CHAT = `${ROOM}/chat`;

/** Posts Bayeux messages, or text that is none, as nobody. */
export async function post(
  { faye }: Victim,
  body: unknown,
  { ms = 4000, headers = {} }: { ms?: number; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const init = {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(ms),
  };
  try {
    const response = await fetch(faye, init);
    const text = await response.text();
    return { status: response.status, replies: text.startsWith('[') ? (JSON.parse(text) as Reply[]) : [] };
  } catch (error) {
    return { status: (error as Error).name === 'TimeoutError' ? 'no answer' : 'closed', replies: [] };
  }
}

/** A user's page, which says the truth. */
export class Peer {
  readonly received: Reply[] = [];
  readonly #victim: Victim;
  readonly #user: User;
  #socket: WebSocket | undefined;
  #clientId = '';

  constructor(victim: Victim, user: User) {
    this.#victim = victim;
    this.#user = user;
  }

  get clientId(): string {
    return this.#clientId;
  }

  /** Whether the server closed the WebSocket. */
  get closed(): boolean {
    return this.#socket?.readyState === WebSocket.CLOSED;
  }

  post(message: object, ms?: number): Promise<Answer> {
    const options = { headers: this.#victim.cookie(this.#user), ...(ms === undefined ? {} : { ms }) };
    return post(this.#victim, this.#signed(message), options);
  }

  async handshake(): Promise<this> {
    this.#clientId = (await this.post(HANDSHAKE)).replies[0]?.clientId ?? '';
    return this;
  }

  /** Handshake and one subscription, by HTTP. */
  async subscribe(subscription: string): Promise<this> {
    await this.handshake();
    await this.post({ channel: '/meta/subscribe', subscription });
    return this;
  }

  poll(ms?: number): Promise<Answer> {
    return this.post({ channel: '/meta/connect', connectionType: 'long-polling' }, ms);
  }

  /** Goes on by a WebSocket. */
  async connect(): Promise<this> {
    this.#socket = await openSocket(this.#victim, this.#victim.cookie(this.#user));
    this.#socket.on('message', (data) => this.received.push(...(JSON.parse(String(data)) as Reply[])));
    this.send({ channel: '/meta/connect', connectionType: 'websocket' });
    return this;
  }

  send(message: object): void {
    this.#socket?.send(JSON.stringify([this.#signed(message)]));
  }

  /** Reads nothing more. */
  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  end(): void {
    this.#socket?.terminate();
  }

  #signed(message: object): object {
    return { ...message, ...(this.#clientId ? { clientId: this.#clientId } : {}), ...this.#victim.auth(this.#user) };
  }
}

export async function openSocket({ faye }: Victim, headers: Record<string, string> = {}): Promise<WebSocket> {
  const socket = new WebSocket(faye.replace('http', 'ws'), { headers });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  // A connection that the server cut; `close` says so.
  return socket.on('error', () => undefined);
}

/** Sends one frame as nobody. @returns the first reply; its status is 101, or what became of the connection */
export async function sendFrame(victim: Victim, text: string, ms = 4000): Promise<Answer> {
  const socket = await openSocket(victim);
  const answer = new Promise<Answer>((resolve) => {
    const timer = setTimeout(() => resolve({ status: 'no answer', replies: [] }), ms);
    const settle = (status: Answer['status'], replies: Reply[]): void => {
      clearTimeout(timer);
      resolve({ status, replies });
    };
    socket.once('message', (data: RawData) => settle(101, JSON.parse(String(data)) as Reply[]));
    socket.once('close', () => settle('closed', []));
  });
  socket.send(text);
  return answer.finally(() => socket.terminate());
}
