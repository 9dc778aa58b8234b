// Errors in the log: what may be secret is not in it, and the same is not said again and again.
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Log } from '../lib/log.js';

let lines: Record<string, unknown>[];
let log: Log;

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  log = new Log(pino({ level: 'error' }, { write: (line: string) => lines.push(JSON.parse(line)) }));
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the log of errors', () => {
  it('says what happened, where, and why, and not with what words', () => {
    const cause = Object.assign(new Error('lost'), {
      code: 'ECONNRESET',
      sql: 'SELECT secret',
      parameters: ['secret'],
    });
    log.error(Object.assign(new Error('no', { cause }), { command: { name: 'evalsha', args: ['secret'] } }));
    expect(lines).toMatchObject([{ msg: 'no', err: { message: expect.stringMatching(/no.*lost/) } }]);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  it('says the same once, and later how often it came', () => {
    for (let n = 0; n < 50; n++) log.error(new Error(`port ${n} does not answer`));
    expect(lines).toHaveLength(1);
    vi.advanceTimersByTime(10_000);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatchObject({ times: 49 });
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(2);
  });

  it('says other things too, but not thousands of them', () => {
    for (let n = 0; n < 5_000; n++) log.error(new Error(`${'x'.repeat(1 + (n % 100))}${'y'.repeat(1 + n / 100)}`));
    expect(lines.length).toBeGreaterThan(50);
    expect(lines.length).toBeLessThan(150);
  });

  it('bears what is no error, and a logger that fails', () => {
    log.error('text');
    expect(lines).toHaveLength(1);
    const failing = pino({ level: 'error' }, { write: () => void expect.fail('the disk is full') });
    expect(() => new Log(failing).error(new Error('no'))).not.toThrow();
  });
});
