// Many requests of one address at once: they wait for their turn, and whatever becomes of them meanwhile ends nothing.
import { expect, it, onTestFinished, vi } from 'vitest';
import { type House, type HouseOptions, portOf, startHouse } from '../support/servers.js';
import { UPGRADE } from './frames.js';
import { HANDSHAKE } from './peer.js';
import { Wire } from './wire.js';

const BODY = JSON.stringify(HANDSHAKE);
const HEAD = 'Host: localhost\r\nContent-Type: application/json\r\n';
/** So many of one address are served as they come. */
const AT_ONCE = 50;
const POST = `POST /faye HTTP/1.1\r\n${HEAD}Content-Length: ${BODY.length}\r\n\r\n${BODY}`;

/** A server, and a connection to it by which requests come together. */
async function scene(options: HouseOptions = {}): Promise<{ house: House; wire: Wire; handshakes: () => number }> {
  const house = await startHouse({ trustClients: true, ...options });
  // All of them come at once, however slow the machine is.
  vi.spyOn(performance, 'now').mockReturnValue(performance.now());
  let handshakes = 0;
  house.online.on('handshake', () => handshakes++);
  const wire = await Wire.open(portOf(house.server));
  onTestFinished(() => wire.end());
  return { house, wire, handshakes: () => handshakes };
}

it('are answered, however many they are', async () => {
  const { wire } = await scene();
  wire.write(POST.repeat(70));
  expect(await wire.until(() => wire.statuses.length === 70)).toBe(true);
  expect(new Set(wire.statuses)).toEqual(new Set([200]));
});

it('are refused when more of them wait than pages may be open', async () => {
  const { house, wire } = await scene({ limits: { clientsPerIp: 2 } });
  wire.write(POST.repeat(AT_ONCE + 3));
  expect(await wire.until(() => wire.statuses.length === AT_ONCE + 3)).toBe(true);
  expect(wire.statuses.slice(AT_ONCE)).toEqual([200, 200, 429]);
  wire.write(POST);
  expect(await wire.until(() => wire.statuses.length === AT_ONCE + 4)).toBe(true);
  expect(wire.text).toContain('Retry-After: 1\r\n');
  expect(wire.text).toContain('429:clientsPerIp:Too many requests at once from this address');
  // Of the others, two pages may come in.
  expect(await house.online.metrics()).toContain(`refusals_total{kind="clientsPerIp"} ${AT_ONCE + 2}`);
});

it('are forgotten when their peer goes away while they wait', async () => {
  let requests = 0;
  const goes = (request: { socket: { destroy(): void } }, _response: unknown, next: () => void): void => {
    if (++requests === AT_ONCE + 2) setImmediate(() => request.socket.destroy());
    next();
  };
  const { house, wire, handshakes } = await scene({ before: (app) => void app.use(goes) });
  wire.write(POST.repeat(AT_ONCE + 2));
  expect(await wire.untilClosed()).toBe(true);
  const next = await Wire.open(portOf(house.server));
  next.write(POST);
  expect(await next.until(() => next.statuses.length === 1)).toBe(true);
  expect(handshakes()).toBe(AT_ONCE + 1);
});

it('do not end the process when upgrades among them are reset', async () => {
  const { house, wire } = await scene();
  house.server.on('upgrade', (_request, socket) => setImmediate(() => socket.emit('error', new Error('ECONNRESET'))));
  const others = await Promise.all(Array.from({ length: AT_ONCE + 5 }, () => Wire.open(portOf(house.server))));
  for (const other of others) other.write(`GET /faye HTTP/1.1\r\nHost: localhost\r\n${UPGRADE}\r\n`);
  for (const other of others) expect(await other.untilClosed()).toBe(true);
  wire.write(POST);
  expect(await wire.until(() => wire.statuses.length === 1)).toBe(true);
  expect(wire.statuses).toEqual([200]);
});

it('count although their sender has gone, when they say more than hello', async () => {
  let requests = 0;
  const goes = (request: { socket: { destroy(): void } }, _response: unknown, next: () => void): void => {
    if (++requests === AT_ONCE + 2) setImmediate(() => request.socket.destroy());
    next();
  };
  const { house, wire } = await scene({ before: (app) => void app.use(goes) });
  const gone = new Promise<void>((resolve) => house.online.on('disconnect', () => resolve()));
  wire.write(POST);
  await wire.until(() => wire.statuses.length === 1);
  const clientId = /"clientId":"([^"]+)"/.exec(wire.text)?.[1];
  const auth = { current_user: { uid: 1, uname: 'ann' }, room_channel: '/classes/4' };
  const bye = JSON.stringify({ channel: '/meta/disconnect', clientId, auth });
  wire.write(`${POST.repeat(AT_ONCE)}${POST.replace(BODY, bye).replace(/(Length: )\d+/, `$1${bye.length}`)}`);
  await gone;
});

it('are told when the server closes while they wait', async () => {
  let requests = 0;
  let house: House | undefined;
  const closes = (_request: unknown, _response: unknown, next: () => void): void => {
    next();
    if (++requests === AT_ONCE + 2) void house?.online.close();
  };
  const { wire, ...rest } = await scene({ before: (app) => void app.use(closes) });
  house = rest.house;
  wire.write(POST.repeat(AT_ONCE + 2));
  expect(await wire.until(() => wire.statuses.length === AT_ONCE + 2)).toBe(true);
  expect(wire.statuses.slice(AT_ONCE)).toEqual([503, 503]);
});
