// One WebSocket text frame, built once and written to many sockets (RFC 6455 §5.2: a server does not mask).

const TEXT_FINAL = 0x81;

/** The frame of a text message: header and payload in one buffer. */
export const textFrame = (text: string): Buffer => begin(Buffer.from(text));

/** The same for a text in pieces, of which only the first is copied. */
export function textFrames([first = NOTHING, ...others]: readonly Buffer[]): Buffer[] {
  const length = others.reduce((sum, piece) => sum + piece.length, first.length);
  return [begin(first, length), ...others];
}

const NOTHING = Buffer.alloc(0);

/** The header, and the beginning of a payload of this length. */
function begin(payload: Buffer, length = payload.length): Buffer {
  const header = length < 126 ? 2 : length < 65536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(header + payload.length);
  frame[0] = TEXT_FINAL;
  if (header === 2) {
    frame[1] = length;
  } else if (header === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  payload.copy(frame, header);
  return frame;
}
