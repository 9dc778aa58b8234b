// A lean Bayeux client over one WebSocket: handshake, subscribe, connect, publish, disconnect.
import { WebSocketClient } from './websocket.mjs';

export class BayeuxClient {
  #ws;
  #auth;
  #fail;
  #clientId;
  #nextId = 1;
  #replies = new Map();
  /** Sees every payload first and returns true for one that it has dealt with. */
  onFrame = () => false;
  /** Receives the messages of subscribed channels. */
  onEvent = () => undefined;

  /**
   * Opens the socket and shakes hands.
   * @param {{port: number, auth?: object, fail: (error: Error) => void}} options `auth` goes into every message
   */
  static async open({ port, auth, fail }) {
    const client = new BayeuxClient(auth, fail);
    await client.#upgrade(port);
    const reply = await client.#request('/meta/handshake', {
      version: '1.0',
      supportedConnectionTypes: ['websocket'],
    });
    client.#clientId = reply.clientId;
    return client;
  }

  constructor(auth, fail) {
    this.#auth = auth;
    this.#fail = fail;
  }

  get bytesRead() {
    return this.#ws.bytesRead;
  }

  /** Resolves to the server's reply. */
  subscribe(channel) {
    return this.#request('/meta/subscribe', { subscription: channel });
  }

  /** Starts the connect that the server holds; it is renewed whenever it comes back. */
  connect() {
    this.#send('/meta/connect', { connectionType: 'websocket' });
  }

  publish(channel, data) {
    this.#send(channel, { data });
  }

  disconnect() {
    this.#send('/meta/disconnect', {});
  }

  close() {
    this.#ws.close();
  }

  #upgrade(port) {
    return new Promise((resolve) => {
      const message = (payload) => this.onFrame(payload) || this.#receive(payload);
      this.#ws = new WebSocketClient(port, '/faye', { open: resolve, message, failure: this.#fail });
    });
  }

  #request(channel, fields) {
    const reply = new Promise((resolve) => this.#replies.set(channel, resolve));
    this.#send(channel, fields);
    return reply;
  }

  #send(channel, fields) {
    const message = { channel, clientId: this.#clientId, id: String(this.#nextId++), ...fields, auth: this.#auth };
    this.#ws.send(JSON.stringify([message]));
  }

  #receive(payload) {
    for (const message of JSON.parse(payload.toString())) {
      if (message.successful === undefined) this.onEvent(message);
      else this.#reply(message);
    }
  }

  #reply(message) {
    const { channel } = message;
    if (!message.successful) return this.#fail(new Error(`${channel} was refused: ${message.error}`));
    if (channel === '/meta/connect') return this.connect();
    this.#replies.get(channel)?.(message);
    this.#replies.delete(channel);
  }
}
