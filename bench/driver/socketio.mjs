// The least of engine.io 4 and socket.io 5 over one WebSocket: open, emit with acknowledgement, events, pong.
import { WebSocketClient } from './websocket.mjs';

const OPEN = '0';
const PING = '2';
const PONG = '3';
const CONNECT = '40';
const EVENT = '42';
const ACK = '43';

export class SocketIoClient {
  #ws;
  #nextId = 1;
  #acks = new Map();
  #onConnected;
  #fail;
  /** Sees every payload first and returns true for one that it has dealt with. */
  onFrame = () => false;
  /** Receives `(name, ...arguments)` of every event. */
  onEvent = () => undefined;

  /** @param {{port: number, fail: (error: Error) => void}} options */
  static open({ port, fail }) {
    return new Promise((resolve) => {
      const client = new SocketIoClient(port, fail, () => resolve(client));
    });
  }

  constructor(port, fail, onConnected) {
    this.#fail = fail;
    this.#onConnected = onConnected;
    const message = (payload) => this.onFrame(payload) || this.#receive(payload.toString());
    const target = '/socket.io/?EIO=4&transport=websocket';
    this.#ws = new WebSocketClient(port, target, { open: () => undefined, message, failure: fail });
  }

  get bytesRead() {
    return this.#ws.bytesRead;
  }

  emit(...event) {
    this.#ws.send(EVENT + JSON.stringify(event));
  }

  /** Resolves to what the server acknowledges with. */
  request(...event) {
    const id = this.#nextId++;
    const answer = new Promise((resolve) => this.#acks.set(id, resolve));
    this.#ws.send(EVENT + id + JSON.stringify(event));
    return answer;
  }

  close() {
    this.#ws.close();
  }

  #receive(packet) {
    if (packet === PING) return this.#ws.send(PONG);
    if (packet.startsWith(OPEN)) return this.#ws.send(CONNECT);
    if (packet.startsWith(CONNECT)) return this.#onConnected();
    if (packet.startsWith(EVENT)) return this.onEvent(...JSON.parse(packet.slice(EVENT.length)));
    if (packet.startsWith(ACK)) return this.#acknowledged(packet);
    this.#fail(new Error(`a socket.io packet that this client does not know: ${packet.slice(0, 40)}`));
  }

  #acknowledged(packet) {
    const start = packet.indexOf('[');
    const id = Number(packet.slice(ACK.length, start));
    this.#acks.get(id)?.(JSON.parse(packet.slice(start))[0]);
    this.#acks.delete(id);
  }
}
