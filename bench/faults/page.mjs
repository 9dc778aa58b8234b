// An open page over a bare WebSocket: in a room, on an activity, with the list that it shows; comes back when it is cut off.
import { WebSocketClient } from '../driver/websocket.mjs';
import { applyDelta, applySnapshot, hasHole, UNKNOWN, usersOf } from './roster.mjs';

/** Milliseconds that a missing version may still come by itself. */
const PATIENCE = 2000;

export class Page {
  /** Who was shown as coming and going after the first list, and when: `{at, type, uid}`. */
  news = [];
  /** What was published in the room: `{at, data}`. */
  heard = [];
  connected = false;
  #ws;
  #clientId;
  #roster = UNKNOWN;
  #nextId = 1;
  #hole;
  #closed = false;
  #waiting = new Map();

  /** @param {{uid: string, room: string, activity: string, whenCut?: (page: Page) => void}} who */
  constructor(who) {
    this.who = who;
  }

  get uids() {
    return usersOf(this.#roster)
      .map(({ uid }) => String(uid))
      .sort();
  }

  /** Opens a connection, with the clientId that it has, or a new one if the server does not know that. */
  async open(port) {
    await this.#upgrade(port);
    if (this.#clientId === undefined) await this.#handshake();
    this.handshaken = performance.now();
    await this.#subscribe();
    this.since ??= Date.now();
    this.#send('/meta/connect', { connectionType: 'websocket' });
  }

  publish(data) {
    this.#send(`${this.who.room}/talk`, { data });
  }

  /** Says goodbye, as a page that is closed. */
  async leave() {
    await this.#ask('/meta/disconnect', {});
    this.cut();
  }

  /** Is gone without a word. */
  cut() {
    this.#closed = true;
    clearTimeout(this.#hole);
    this.#ws?.close();
  }

  #upgrade(port) {
    return new Promise((resolve, reject) => {
      const opened = () => {
        this.connected = true;
        resolve();
      };
      const failure = (error) => {
        this.connected = false;
        reject(error);
        if (!this.#closed) this.who.whenCut?.(this);
      };
      const message = (payload) => this.#receive(JSON.parse(payload.toString()));
      this.#ws = new WebSocketClient(port, '/faye', { open: opened, message, failure });
    });
  }

  async #handshake() {
    const reply = await this.#ask('/meta/handshake', { version: '1.0', supportedConnectionTypes: ['websocket'] });
    this.#clientId = reply.clientId;
  }

  /** Subscribes, anew with another clientId if the server says that this one is unknown. */
  async #subscribe() {
    const { room } = this.who;
    const reply = await this.#ask('/meta/subscribe', { subscription: `${room}/presence` });
    if (reply.successful) {
      this.#take(applySnapshot(this.#roster, reply.ext?.presence ?? UNKNOWN));
      await this.#ask('/meta/subscribe', { subscription: `${room}/talk` });
    } else if (/^401/.test(reply.error)) {
      this.rehandshakes = (this.rehandshakes ?? 0) + 1;
      await this.#handshake();
      await this.#subscribe();
    } else throw new Error(`${this.who.uid}: ${reply.error}`);
  }

  #ask(channel, fields) {
    return new Promise((resolve) => this.#waiting.set(this.#send(channel, fields), resolve));
  }

  #send(channel, fields) {
    const { uid, room, activity } = this.who;
    const id = String(this.#nextId++);
    const auth = { room_channel: room, time_channel: activity, current_user: { uid, uname: `user ${uid}` } };
    this.#ws.send(JSON.stringify([{ channel, clientId: this.#clientId, id, ...fields, auth }]));
    return id;
  }

  #receive(messages) {
    for (const message of messages) {
      if (message.successful === undefined) this.#event(message);
      else this.#reply(message);
    }
  }

  #reply(message) {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (waiting) waiting(message);
    else if (message.channel === '/meta/connect') this.#connected(message);
  }

  #connected(message) {
    if (this.#closed || !this.connected) return;
    if (message.successful) this.#send('/meta/connect', { connectionType: 'websocket' });
    else if (message.advice?.reconnect === 'handshake') void this.#begin();
  }

  async #begin() {
    this.rehandshakes = (this.rehandshakes ?? 0) + 1;
    await this.#handshake();
    await this.#subscribe();
    this.#send('/meta/connect', { connectionType: 'websocket' });
  }

  #event({ channel, data }) {
    if (channel.endsWith('/talk')) this.heard.push({ at: Date.now(), data });
    if (channel.endsWith('/presence')) this.#take(applyDelta(this.#roster, data));
  }

  #take({ state, joins, leaves, gap }) {
    const first = this.#roster.epoch === null;
    this.#roster = state;
    const at = Date.now();
    if (!first) {
      for (const { uid } of joins) this.news.push({ at, type: 'join', uid: String(uid) });
      for (const { uid } of leaves) this.news.push({ at, type: 'leave', uid: String(uid) });
    }
    if (gap) this.#resync();
    else if (hasHole(state)) this.#hole ??= setTimeout(() => this.#lookAgain(), PATIENCE);
  }

  #lookAgain() {
    this.#hole = undefined;
    if (hasHole(this.#roster)) this.#resync();
  }

  #resync() {
    if (this.#closed || !this.connected) return;
    void this.#subscribe();
  }
}
