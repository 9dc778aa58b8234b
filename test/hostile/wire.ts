// Bare TCP to a server: any bytes out, and all that comes back, until it is enough or the server closes.
import { connect, type Socket } from 'node:net';

export class Wire {
  readonly #socket: Socket;
  readonly #chunks: Buffer[] = [];
  readonly #watchers = new Set<() => void>();
  #closed = false;
  #size = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const look = (): void => {
      for (const watcher of this.#watchers) watcher();
    };
    socket.on('data', (chunk) => {
      this.#chunks.push(chunk);
      this.#size += chunk.length;
      look();
    });
    socket.on('close', () => {
      this.#closed = true;
      look();
    });
    // A reset is a way to close, and `close` follows.
    socket.on('error', () => undefined);
  }

  static open(port: number): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => resolve(new Wire(socket.off('error', reject))));
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Whether it is closed, by either side. */
  get ended(): boolean {
    return this.#closed || this.#socket.destroyed;
  }

  get bytes(): Buffer {
    if (this.#chunks.length > 1) this.#chunks.splice(0, this.#chunks.length, Buffer.concat(this.#chunks));
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  /** Takes what came so far: it is not there any more. */
  take(): Buffer {
    const { bytes } = this;
    this.#chunks.length = 0;
    return bytes;
  }

  /** How many bytes came so far. Cheap, when many are waited for. */
  get size(): number {
    return this.#size;
  }

  get text(): string {
    return this.bytes.toString('latin1');
  }

  /** The status of every HTTP answer so far. */
  get statuses(): number[] {
    return [...this.text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  }

  write(bytes: string | Buffer): this {
    this.#socket.write(bytes);
    return this;
  }

  /** Reads nothing more: what comes fills the server's buffers. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Closes without a word more: a reset, as when a cable is cut and the machine comes back. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  end(): void {
    this.#socket.destroy();
  }

  /** Says that nothing more comes, and goes on reading. */
  finish(): void {
    this.#socket.end();
  }

  /** Waits until `enough` holds. @returns false when it did not within `ms` */
  until(enough: () => boolean, ms = 10_000): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (result: boolean): void => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        resolve(result);
      };
      const look = (): void => {
        if (enough()) settle(true);
      };
      const timer = setTimeout(() => settle(enough()), ms);
      this.#watchers.add(look);
      look();
    });
  }

  /** Waits until the server closed the connection. */
  untilClosed(ms?: number): Promise<boolean> {
    return this.until(() => this.closed, ms);
  }
}

/** Sends one text, and waits for the first answer or the close. @returns the statuses, and `closed` when nothing came */
export async function say(port: number, text: string, ms = 5000): Promise<string> {
  const wire = await Wire.open(port);
  await wire.write(text).until(() => wire.closed || wire.text.includes('\r\n\r\n'), ms);
  const said = wire.statuses.join() || (wire.closed ? 'closed' : 'silence');
  wire.end();
  return said;
}
