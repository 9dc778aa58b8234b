// The one who floods, from an address of its own: half by POST on connections kept open, half by new WebSockets.
// node flooder.mjs PORT PER_SECOND SECONDS, started by flood.mjs, which it tells how it was answered.
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const ADDRESS = '127.0.0.9';
const CONNECTIONS = 50;
const EVERY = 10;
const TIMEOUT = 20_000;

const [port, perSecond, seconds] = process.argv.slice(2).map(Number);
const handshake = Buffer.from(
  '[{"channel":"/meta/handshake","version":"1.0","supportedConnectionTypes":["websocket","long-polling"],"id":"1"}]',
);
const asked = `POST /faye HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n`;
const post = Buffer.concat([Buffer.from(`${asked}Content-Length: ${handshake.length}\r\n\r\n`), handshake]);
const upgrade = Buffer.from(
  `GET /faye HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
);
// One text frame, masked with zeros.
const frame = Buffer.concat([Buffer.from([0x81, 0x80 | handshake.length, 0, 0, 0, 0]), handshake]);

const answers = {};
let open = 0;

function answered(text) {
  open--;
  const what = verdict(text);
  answers[what] = (answers[what] ?? 0) + 1;
}

/** What is said of a handshake, short. */
function verdict(text) {
  if (text.includes('"successful":true')) return 'let in';
  return /"error":"(\d+:\w*)/.exec(text)?.[1] ?? /^HTTP\/1.1 (\d+)/.exec(text)?.[1] ?? 'no answer';
}

function dial() {
  const socket = connect({ port, host: '127.0.0.1', localAddress: ADDRESS, noDelay: true });
  socket.setEncoding('latin1');
  socket.setTimeout(TIMEOUT, () => socket.destroy());
  socket.on('error', () => undefined);
  return socket;
}

/** A connection on which one POST follows the other. */
class Poster {
  #socket;
  #text = '';
  busy = false;

  post() {
    this.busy = true;
    this.#socket ??= this.#dial();
    this.#socket.write(post);
  }

  #dial() {
    const socket = dial();
    socket.on('data', (data) => {
      this.#text += data;
      if (isWhole(this.#text)) this.#done();
    });
    socket.on('close', () => {
      this.#socket = undefined;
      if (this.busy) this.#done();
    });
    return socket;
  }

  #done() {
    answered(this.#text);
    this.#text = '';
    this.busy = false;
  }
}

function isWhole(text) {
  const body = text.indexOf('\r\n\r\n');
  const length = /content-length: (\d+)/i.exec(text)?.[1];
  return body >= 0 && length !== undefined && text.length - body - 4 >= Number(length);
}

/** Opens a WebSocket, shakes hands, and closes it when that is answered. */
function visit() {
  let text = '';
  let greeted = false;
  const socket = dial();
  socket.write(upgrade);
  socket.on('data', (data) => {
    text += data;
    // Without TIME_WAIT, or one address would soon have no port left.
    if (text.includes('"successful"')) socket.resetAndDestroy();
    else if (!greeted && text.startsWith('HTTP/1.1 101')) {
      greeted = true;
      socket.write(frame);
    }
  });
  socket.on('close', () => answered(text));
}

const posters = Array.from({ length: CONNECTIONS }, () => new Poster());
const total = perSecond * seconds;
const began = performance.now();
let sent = 0;
while (sent < total) {
  const due = Math.min(total, Math.floor(((performance.now() - began) / 1000) * perSecond));
  for (; sent < due; sent++) {
    open++;
    const poster = sent % 2 === 0 ? posters.find(({ busy }) => !busy) : undefined;
    if (poster) poster.post();
    else visit();
  }
  await pause(EVERY);
}
const ran = (performance.now() - began) / 1000;
while (open > 0) await pause(EVERY);
process.send({ answers, ran }, () => process.exit());
