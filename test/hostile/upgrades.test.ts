// Upgrades that are not ours: left to the host's listeners, and ended when those do nothing with them.
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type House, portOf, startHouse } from '../support/servers.js';
import { UPGRADE } from './frames.js';
import { Wire } from './wire.js';

const HOST = 'Host: localhost\r\n';
const houseOf = (): Promise<House> => startHouse({ trustClients: true });

const counted = async (house: House, kind: string): Promise<number> =>
  Number(new RegExp(`refusals_total\\{kind="${kind}"\\} (\\d+)`).exec(await house.online.metrics())?.[1] ?? 0);

describe('an upgrade that a listener of the host’s sees too', () => {
  /** Opens one, and lets ten seconds pass for the server. */
  async function upgrade(house: House, path: string): Promise<{ wire: Wire; wait: () => void }> {
    const seen = new Promise<void>((resolve) => {
      house.server.once('upgrade', (_request, socket) => {
        onTestFinished(() => void socket.destroy());
        resolve();
      });
    });
    const wire = await Wire.open(portOf(house.server));
    onTestFinished(() => void vi.useRealTimers());
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    wire.write(`GET ${path} HTTP/1.1\r\n${HOST}${UPGRADE}\r\n`);
    await seen;
    return {
      wire,
      wait: () => {
        vi.advanceTimersByTime(10_000);
        vi.useRealTimers();
      },
    };
  }

  it('is refused after ten seconds when that does nothing with it', async () => {
    const house = await houseOf();
    house.server.on('upgrade', () => undefined);
    const { wire, wait } = await upgrade(house, '/nobody');
    expect(wire.closed).toBe(false);
    wait();
    expect(await wire.untilClosed(2000)).toBe(true);
    expect(wire.statuses).toEqual([404]);
    expect(await counted(house, 'request')).toBe(1);
  });

  it('does not end the process when its peer resets it meanwhile', async () => {
    const house = await houseOf();
    house.server.on('upgrade', (_request, socket) => setImmediate(() => socket.emit('error', new Error('ECONNRESET'))));
    const { wire, wait } = await upgrade(house, '/nobody');
    await wire.untilClosed(2000);
    wait();
    expect(wire.closed).toBe(true);
  });

  it.each([
    ['answers it', (socket: NodeJS.WritableStream) => void socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n')],
    ['listens to it', (socket: NodeJS.WritableStream) => void socket.on('data', () => undefined)],
  ])('is left alone when that %s', async (_what, take) => {
    const house = await houseOf();
    house.server.on('upgrade', (_request, socket) => take(socket as unknown as NodeJS.WritableStream));
    const { wire, wait } = await upgrade(house, '/theirs');
    wait();
    expect(await wire.untilClosed(300)).toBe(false);
    expect(await counted(house, 'request')).toBe(0);
    wire.end();
  });
});

describe('an upgrade of ours that is no WebSocket’s', () => {
  const upgrade = (wrong: RegExp, right: string, method = 'GET'): string =>
    `${method} /faye HTTP/1.1\r\n${HOST}${UPGRADE.replace(wrong, right)}\r\n`;

  it.each([
    ['without a key', upgrade(/Sec-WebSocket-Key.*\r\n/, ''), 400, /Sec-WebSocket-Key must be 16 bytes in base64/],
    ['with a key that is none', upgrade(/Key: .*/, 'Key: x'), 400, /Sec-WebSocket-Key must be 16 bytes in base64/],
    [
      'of another version',
      upgrade(/Version: 13/, 'Version: 99'),
      400,
      /\r\nSec-WebSocket-Version: 13, 8\r\n[\s\S]*must be 13/,
    ],
    ['with a protocol twice', upgrade(/$/, 'Sec-WebSocket-Protocol: a, a\r\n'), 400, /Sec-WebSocket-Protocol must be/],
    ['by POST', upgrade(/$/, 'Content-Length: 0\r\n', 'POST'), 405, /\r\nAllow: GET\r\n[\s\S]*by GET/],
  ])('%s is told what to change, and counted', async (_what, text, status, told) => {
    const house = await houseOf();
    const wire = await Wire.open(portOf(house.server));
    expect(await wire.write(text).untilClosed(2000)).toBe(true);
    expect(wire.statuses).toEqual([status]);
    expect(wire.text).toMatch(told);
    expect(await counted(house, 'request')).toBe(1);
  });
});
