// Networks: what is remembered of them, and until when.
import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { Networks } from '../../lib/bayeux/networks.js';
import { paceOf } from '../../lib/bayeux/pace.js';

const ANN = { headers: { from: '192.0.2.1' } } as unknown as IncomingMessage;

it('are forgotten when nobody and nothing of them is here', () => {
  const networks = new Networks(({ headers }) => headers.from ?? '', paceOf(1, 1));
  networks.of(ANN);
  networks.sweep(10_000);
  expect(networks.size).toBe(0);
});

it.each(['clients', 'sockets', 'kept'] as const)('are remembered while they have %s', (what) => {
  const networks = new Networks(({ headers }) => headers.from ?? '', paceOf(1, 1));
  const network = networks.of(ANN);
  network[what]++;
  networks.sweep(10_000);
  expect(networks.of(ANN)).toBe(network);
  network[what]--;
  networks.sweep(10_000);
  expect(networks.size).toBe(0);
});

it('are remembered while a request of them waits', () => {
  const networks = new Networks(({ headers }) => headers.from ?? '', paceOf(1, 1));
  const network = networks.of(ANN);
  network.lane.waiting.push({ serve: () => undefined, at: 0 });
  networks.sweep(10_000);
  expect(networks.of(ANN)).toBe(network);
});
