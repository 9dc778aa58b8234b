// Bodies that never end: how much of them one address may let wait, and that nothing of them is left afterwards.
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type House, portOf, startHouse } from '../support/servers.js';
import { HANDSHAKE, post } from './peer.js';
import { startVictim, type Victim } from './victim.js';
import { Wire } from './wire.js';

const HEAD = 'POST /faye HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
const BYTES = 1000;
/** As many of them as one address may let wait. */
const MANY = 256;
const HELLO = JSON.stringify(HANDSHAKE).padEnd(BYTES);

const houseOf = (): Promise<House> =>
  startHouse({ trustClients: true, trustProxy: 'loopback', limits: { bytes: BYTES } });

/** Sends a handshake that lacks its last byte. */
async function half(house: House, address = '192.0.2.1'): Promise<Wire> {
  const wire = await Wire.open(portOf(house.server));
  onTestFinished(() => wire.end());
  return wire.write(
    `${HEAD}X-Forwarded-For: ${address}\r\nContent-Length: ${BYTES}\r\n\r\n${HELLO.slice(0, BYTES - 1)}`,
  );
}

const halves = (house: House, count: number): Promise<Wire[]> =>
  Promise.all(Array.from({ length: count }, () => half(house)));

/** Comes again until the server has seen what became of others. @returns the statuses of those that were answered */
async function comeAgain(house: House): Promise<number> {
  const wire = await half(house);
  wire.write(HELLO.slice(-1));
  await wire.until(() => wire.statuses.length > 0);
  return wire.statuses[0] === 429 ? comeAgain(house) : (wire.statuses[0] ?? 0);
}

describe('half bodies of one address', () => {
  it('are refused when too many wait, with why and when to come again, and those of others are not', async () => {
    const house = await houseOf();
    const wires = await halves(house, MANY + 3);
    const refused = (): Wire[] => wires.filter(({ size }) => size > 0);
    await wires[0]?.until(() => refused().length === 3, 2000);
    await Promise.all(refused().map((wire) => wire.untilClosed()));
    expect(refused().map(({ statuses }) => statuses)).toEqual([[429], [429], [429]]);
    expect(refused()[0]?.text).toMatch(/\r\nRetry-After: 1\r\n[\s\S]*429:bytes:Too much at once from this address/);
    expect(await house.online.metrics()).toContain('refusals_total{kind="bytes"} 3');
    const bob = await half(house, '192.0.2.2');
    expect(await bob.write(HELLO.slice(-1)).until(() => bob.statuses.length > 0)).toBe(true);
    expect(bob.statuses).toEqual([200]);
  });

  it.each([
    ['end', (wire: Wire) => void wire.write(HELLO.slice(-1))],
    ['break off', (wire: Wire) => wire.reset()],
    ['say no more', (wire: Wire) => wire.finish()],
  ])('count no more when they %s', async (_how, become) => {
    const house = await houseOf();
    const wires = await halves(house, MANY + 1);
    await Promise.race(wires.map((wire) => wire.until(() => wire.size > 0)));
    expect(wires.flatMap(({ statuses }) => statuses)).toEqual([429]);
    for (const wire of wires) become(wire);
    expect(await comeAgain(house)).toBe(200);
    // And all of the room is free again, not only some.
    const next = await halves(house, MANY);
    for (const wire of next) wire.write(HELLO.slice(-1));
    for (const wire of next) await wire.until(() => wire.size > 0);
    expect(new Set(next.flatMap(({ statuses }) => statuses))).toEqual(new Set([200]));
  });

  it('count no more when their time is over', async () => {
    const house = await houseOf();
    onTestFinished(() => void vi.useRealTimers());
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const wires = await halves(house, MANY + 1);
    await Promise.race(wires.map((wire) => wire.until(() => wire.size > 0)));
    vi.advanceTimersByTime(10_000);
    vi.useRealTimers();
    for (const wire of wires) await wire.untilClosed();
    expect(wires.flatMap(({ statuses }) => statuses).sort()).toEqual([...Array(MANY).fill(408), 429]);
    expect(await comeAgain(house)).toBe(200);
  });
});

describe('the memory that half bodies cost', () => {
  let victim: Victim;
  beforeAll(async () => {
    victim = await startVictim('ours.mjs', { identity: 'secret', timeout: 2 });
  });
  afterAll(() => victim.end());

  async function costOf(count: number, text: string): Promise<number> {
    const before = await victim.ask('memory');
    const wires = await Promise.all(Array.from({ length: count }, () => Wire.open(victim.port)));
    onTestFinished(() => void wires.map((wire) => wire.end()));
    for (const wire of wires) wire.write(text);
    for (let n = 0; n < 3; n++) expect((await post(victim, HANDSHAKE, { ms: 9000 })).status).toBe(200);
    const { used } = await victim.ask('memory');
    return (used - before.used) / 1024 / 1024;
  }

  it('is no more when many come at once in chunks of a byte', { timeout: 60_000 }, async () => {
    const { peak } = await victim.ask('memory');
    await costOf(100, `${HEAD}Transfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(10_000)}`);
    expect((await victim.ask('memory')).peak - peak).toBeLessThan(100 * 1024 * 1024);
  });

  it('is bounded, however many there are', async () => {
    const bytes = 65_536;
    const cost = await costOf(1500, `${HEAD}Content-Length: ${bytes}\r\n\r\n${'x'.repeat(bytes - 1)}`);
    expect(cost).toBeLessThan(60);
  });

  it('is no more when they come in chunks of a byte', async () => {
    const cost = await costOf(20, `${HEAD}Transfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(60_000)}`);
    expect(cost).toBeLessThan(10);
  });
});
