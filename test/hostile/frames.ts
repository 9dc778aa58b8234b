// WebSocket frames as bytes, right and wrong ones (RFC 6455 §5.2), and a bare WebSocket to send them through.
import { randomBytes } from 'node:crypto';
import { Wire } from './wire.js';

export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

export interface FrameOptions {
  readonly opcode?: number;
  /** Whether this is the last frame of its message. Default true. */
  readonly last?: boolean;
  /** Clients mask. Default true. */
  readonly masked?: boolean;
  /** The three bits that are for extensions; 4 is that of compression. Default 0. */
  readonly reserved?: number;
  /** The length that the frame says it has. Default: the one that it has. */
  readonly length?: bigint;
}

/** A frame with a payload. */
export function frame(payload: string | Buffer, options: FrameOptions = {}): Buffer {
  const { opcode = TEXT, last = true, masked = true, reserved = 0 } = options;
  const body = Buffer.from(payload);
  const length = options.length ?? BigInt(body.length);
  const first = Buffer.from([(last ? 0x80 : 0) | (reserved << 4) | opcode]);
  const head = [first, lengthOf(length, masked)];
  if (!masked) return Buffer.concat([...head, body]);
  const mask = randomBytes(4);
  for (let n = 0; n < body.length; n++) body[n] = (body[n] ?? 0) ^ (mask[n % 4] ?? 0);
  return Buffer.concat([...head, mask, body]);
}

function lengthOf(length: bigint, masked: boolean): Buffer {
  const bit = masked ? 0x80 : 0;
  if (length < 126n) return Buffer.from([bit | Number(length)]);
  if (length < 65_536n) {
    const short = Buffer.from([bit | 126, 0, 0]);
    short.writeUInt16BE(Number(length), 1);
    return short;
  }
  const long = Buffer.alloc(9, bit | 127);
  long.writeBigUInt64BE(length, 1);
  return long;
}

/** A frame of the server's. */
export interface Received {
  readonly opcode: number;
  readonly text: string;
  /** The code of a close frame. */
  readonly code?: number;
}

/** The frames in what a server sent after its answer to the upgrade. */
export function framesOf(bytes: Buffer): Received[] {
  const start = bytes.indexOf('\r\n\r\n');
  return start < 0 ? [] : wholeFrames(bytes.subarray(start + 4)).frames;
}

/** The whole frames at the beginning of some bytes, and what is left. */
export function wholeFrames(bytes: Buffer): { readonly frames: Received[]; readonly rest: Buffer } {
  const frames: Received[] = [];
  let at = 0;
  while (at + 2 <= bytes.length) {
    const opcode = (bytes[at] ?? 0) & 0x0f;
    const short = (bytes[at + 1] ?? 0) & 0x7f;
    const head = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (at + head > bytes.length) break;
    const length =
      short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short === 126 ? bytes.readUInt16BE(at + 2) : short;
    const payload = bytes.subarray(at + head, at + head + length);
    if (payload.length < length) break;
    const code = opcode === CLOSE && length >= 2 ? { code: payload.readUInt16BE(0) } : {};
    frames.push({ opcode, text: payload.toString(), ...code });
    at += head + length;
  }
  return { frames, rest: bytes.subarray(at) };
}

export const UPGRADE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

/** Opens a WebSocket on a bare connection. */
export async function openBare(port: number, path = '/faye'): Promise<Wire> {
  const wire = await Wire.open(port);
  wire.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${UPGRADE}\r\n`);
  await wire.until(() => wire.closed || wire.text.includes('\r\n\r\n'));
  return wire;
}
