// A lean RFC 6455 client on a bare socket: text frames out, whole messages in, every byte received counted.
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';

const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
const FIN = 0x80;
const MASKED = 0x80;
/** Bytes of a frame's header where its length does not fit into the second byte, by what that byte says instead. */
const HEADERS = { 126: 4, 127: 10 };
const HEAD_END = Buffer.from('\r\n\r\n');

export class WebSocketClient {
  #socket;
  #on;
  #rest = null;
  #open = false;
  #closing = false;

  /**
   * Connects and upgrades.
   * @param {number} port
   * @param {string} target path and query
   * @param {object} on
   * @param {() => void} on.open
   * @param {(payload: Buffer) => void} on.message every text message; the bytes are valid during the call only
   * @param {(error: Error) => void} on.failure the connection ended unasked
   */
  constructor(port, target, on) {
    this.#on = on;
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.write(
      `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    );
    this.#socket.on('data', (chunk) => this.#read(chunk));
    this.#socket.on('error', (error) => this.#fail(error.message));
    this.#socket.on('close', () => this.#fail('the server closed the connection'));
  }

  get bytesRead() {
    return this.#socket.bytesRead;
  }

  send(text) {
    this.#write(TEXT, Buffer.from(text));
  }

  close() {
    this.#closing = true;
    this.#socket.destroy();
  }

  #fail(reason) {
    if (this.#closing) return;
    this.close();
    this.#on.failure(new Error(reason));
  }

  #message(payload) {
    try {
      this.#on.message(payload);
    } catch (error) {
      this.#on.failure(error);
    }
  }

  #read(chunk) {
    let bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    this.#rest = null;
    if (!this.#open) {
      const end = bytes.indexOf(HEAD_END);
      if (end >= 0) {
        const status = bytes.toString('latin1', 9, 12);
        if (status !== '101') return this.#fail(`the upgrade was answered with HTTP ${status}`);
        this.#open = true;
        bytes = bytes.subarray(end + HEAD_END.length);
        this.#on.open();
      }
    }
    if (this.#open) bytes = this.#frames(bytes);
    if (bytes.length > 0) this.#rest = bytes;
  }

  /** Takes all whole frames off the front; returns what is left. */
  #frames(bytes) {
    let at = 0;
    while (bytes.length - at >= 2 && !this.#closing) {
      const short = bytes[at + 1] & 0x7f;
      const start = at + (HEADERS[short] ?? 2);
      if (bytes.length < start) break;
      const length = lengthOf(bytes, at, short);
      if (bytes.length < start + length) break;
      this.#frame(bytes[at], bytes.subarray(start, start + length));
      at = start + length;
    }
    return bytes.subarray(at);
  }

  #frame(first, payload) {
    if (first === (FIN | TEXT)) return this.#message(payload);
    if (first === (FIN | PING)) return this.#write(PONG, payload);
    if (first === (FIN | PONG)) return;
    if (first === (FIN | CLOSE)) return this.#fail(`the server closed: ${payload.toString('utf8', 2)}`);
    this.#fail(`a frame of a kind this client does not know: ${first}`);
  }

  /** The mask key is four zeros, which leaves the payload as it is. */
  #write(opcode, payload) {
    if (this.#closing) return;
    const long = payload.length > 125;
    const frame = Buffer.alloc((long ? 8 : 6) + payload.length);
    frame[0] = FIN | opcode;
    frame[1] = MASKED | (long ? 126 : payload.length);
    if (long) frame.writeUInt16BE(payload.length, 2);
    payload.copy(frame, frame.length - payload.length);
    this.#socket.write(frame);
  }
}

function lengthOf(bytes, at, short) {
  if (short === 126) return bytes.readUInt16BE(at + 2);
  return short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short;
}
