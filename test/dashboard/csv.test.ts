// The log and the time of everybody as files.
import { get as ask, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { csvRow } from '../../lib/dashboard/csv.js';
import type { ExportQuery, StayPart } from '../../lib/report.js';
import { type House, openHouse, SIGNED_IN } from './house.js';
import { NOON, report, reportWith } from './people.js';
import { HOSTILE_CELLS, isFormula, readCsv } from './spreadsheet.js';

const DAY = 24 * 60 * 60 * 1000;

let house: House;
afterEach(() => house?.close());

const file = async (path: string) => readCsv((await (await house.get(path)).text()).replace(/^\uFEFF/, ''));
const stay = (uid: string): StayPart => ({
  uid,
  uname: uid,
  channel: '/lessons/1',
  start: NOON,
  end: NOON + 1500,
  running: false,
});

describe('a cell', () => {
  it('is quoted in any case, and its quotes are doubled', () => {
    expect(csvRow(['ann', '', 'say "hi", bob\r\nbye', 7])).toBe('"ann","","say ""hi"", bob\r\nbye","7"\r\n');
    expect(readCsv(csvRow(['ann', '', 'say "hi", bob\r\nbye', 7]))).toEqual([['ann', '', 'say "hi", bob\r\nbye', '7']]);
  });

  it.each([
    'ann',
    'Ann-Marie',
    'a+b@school.example',
    'O’Neil',
    '李雷',
    '/classes/4',
    '2026-05-01 14:00:00',
    '007',
    '😀 -',
  ])('that is harmless stays as it is: %s', (text) => expect(readCsv(csvRow([text]))).toEqual([[text]]));

  it('that would like to be a formula is text, whatever separator a program expects', () => {
    expect(HOSTILE_CELLS.length).toBeGreaterThan(120);
    const passed = HOSTILE_CELLS.flatMap((cell) =>
      [',', ';', '\t', '|'].flatMap((separator) =>
        readCsv(csvRow([cell, 'x', cell]), separator)
          .flat()
          .filter(isFormula)
          .map((read) => ({ cell, separator, read })),
      ),
    );
    expect(passed).toEqual([]);
  });

  it('would have been one otherwise', () => {
    const naive = (cell: string) => `"${cell.replaceAll('"', '""')}","x","${cell.replaceAll('"', '""')}"\r\n`;
    const caught = HOSTILE_CELLS.filter((cell) =>
      [',', ';', '\t', '|'].some((separator) => readCsv(naive(cell), separator).flat().some(isFormula)),
    );
    expect(caught.length).toBeGreaterThan(100);
  });
});

describe('the files', () => {
  it('give the time of everybody, a row for each stay', async () => {
    house = await openHouse();
    expect(await file('/time.csv')).toEqual([
      ['uid', 'name', 'channel', 'start', 'end', 'seconds', 'milliseconds', 'running', 'start (UTC)', 'end (UTC)'],
      [
        ...['1', 'ann', '/lessons/1', '2026-05-01 12:37:00', '2026-05-01 14:00:00', '4980', '4980000', 'yes'],
        ...['2026-05-01T10:37:00.000Z', '2026-05-01T12:00:00.000Z'],
      ],
      [
        ...['2', 'bob', '/lessons/1', '2026-05-01 13:57:00', '2026-05-01 13:59:59', '179', '179500', 'no'],
        ...['2026-05-01T11:57:00.000Z', '2026-05-01T11:59:59.500Z'],
      ],
    ]);
    expect(await file('/time.csv?uid=2')).toHaveLength(2);
  });

  it('give the log, the oldest first', async () => {
    house = await openHouse();
    expect(await file('/log.csv')).toEqual([
      ['time', 'event', 'uid', 'name', 'channel', 'client', 'time (UTC)'],
      ['2026-05-01 13:57:00', 'in', 'carol', 'Carol', '', '', '2026-05-01T11:57:00.000Z'],
      ['2026-05-01 13:58:00', 'out', '2', 'bob', '/classes/4', 'b1b2c3d4', '2026-05-01T11:58:00.000Z'],
      ['2026-05-01 13:59:00', 'in', '1', 'ann', '/lessons/1', 'a1b2c3d4', '2026-05-01T11:59:00.000Z'],
    ]);
    expect(await file('/log.csv?channel=/classes/4')).toHaveLength(2);
  });

  it('are downloads, of a kind that nobody has to guess, in UTF-8 that Excel knows as such', async () => {
    house = await openHouse();
    const { headers, body } = await house.raw('/online/time.csv?from=2026-04-01&to=2026-05-01', { headers: SIGNED_IN });
    expect(headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    expect(headers['content-disposition']).toBe('attachment; filename=time_2026-04-01_2026-05-01.csv');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['cache-control']).toBe('no-store');
    expect(body).toMatch(/^\uFEFF"uid","name",.*\r\n/);
    expect(body.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    const head = await house.raw('/online/time.csv?from=2026-04-01&to=2026-05-01', {
      method: 'HEAD',
      headers: SIGNED_IN,
    });
    expect([head.status, head.headers['content-disposition']]).toEqual([200, headers['content-disposition']]);
  });

  it('carry no formula, whatever users and channels are called', async () => {
    const pages = async function* () {
      yield HOSTILE_CELLS.map((name) => ({ ...stay(name), channel: `/${name}` }));
    };
    const log = async function* () {
      yield HOSTILE_CELLS.map(
        (name) => ({ t: NOON, status: 'in', uid: name, uname: name, channel: name, client: name }) as const,
      );
    };
    house = await openHouse({ report: reportWith({ stays: pages, logPages: log }) });
    for (const path of ['/time.csv', '/log.csv']) {
      const rows = await file(path);
      expect(rows).toHaveLength(HOSTILE_CELLS.length + 1);
      expect(rows.flat().filter(isFormula)).toEqual([]);
    }
  });

  it('are of the last 92 days, or of what was asked', async () => {
    const asked: ExportQuery[] = [];
    const stays = async function* (query: ExportQuery) {
      asked.push(query);
      yield [];
    };
    house = await openHouse({ report: reportWith({ stays }) });
    await file('/time.csv');
    await file('/time.csv?uid=1&channel=/lessons/1&from=2026-01-01&to=2026-02-01');
    expect(asked).toEqual([
      { from: NOON - 92 * DAY, to: NOON },
      { uid: '1', channel: '/lessons/1', from: Date.UTC(2025, 11, 31, 23), to: Date.UTC(2026, 0, 31, 23) },
    ]);
  });

  it.each([
    ['/time.csv?from=2026-01-01&to=2026-05-01', 'from', 'at most 92 days'],
    ['/time.csv?from=2025-01-01', 'from', 'at most 92 days'],
    ['/log.csv?from=2026-05-02&to=2026-05-01', 'to', 'later than the beginning'],
    ['/log.csv?from=2027-01-01', 'to', 'later than the beginning'],
    ['/log.csv?uid=1&uid=2', 'uid', 'one user id'],
    ['/log.csv?channel=classes', 'channel', 'begins with'],
    ['/time.csv?from=yesterday', 'from', '2026-05-01T13:30'],
  ])('refuse %s: it names %s and the remedy', async (path, field, remedy) => {
    house = await openHouse();
    const answer = await house.get(path);
    expect(answer.status).toBe(400);
    const html = await answer.text();
    expect(html).toContain(`<code>${field}</code>`);
    expect(html).toContain(remedy);
  });

  it('may be of three months in which clocks were put back', async () => {
    house = await openHouse();
    expect((await house.get('/time.csv?from=2026-10-01&to=2027-01-01')).status).toBe(200);
  });

  it('refuse what has too many rows, in the words of the report', async () => {
    const stays = () => throwing(new RangeError('from: there are more than 1000000 rows. Ask for a shorter time.'));
    house = await openHouse({ report: reportWith({ stays }) });
    const answer = await house.get('/time.csv');
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('more than 1000000 rows');
    expect(house.errors).toEqual([]);
  });

  it('say when the history is away, and nothing of why', async () => {
    const secret = new Error('connect ECONNREFUSED mysql://root:hunter2@db');
    house = await openHouse({ report: reportWith({ logPages: () => throwing(secret) }) });
    const answer = await house.get('/log.csv');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await answer.text()).not.toMatch(/hunter2|ECONNREFUSED/);
    expect(house.errors).toEqual([secret]);
  });

  it('break off when the history goes away in the middle, so that nobody takes half for the whole', async () => {
    const stays = async function* () {
      yield [stay('1')];
      throw new Error('gone away');
    };
    house = await openHouse({ report: reportWith({ stays }) });
    await expect((await house.get('/time.csv')).text()).rejects.toThrow();
    await vi.waitFor(() => expect(house.errors).toEqual([new Error('gone away')]));
  });
});

describe('a file that is long', () => {
  /** Pages of 100 kB without end, and what became of the reading. */
  function endless() {
    const state = { read: 0, ended: 0 };
    const stays = async function* () {
      try {
        for (;;) {
          state.read++;
          yield Array.from({ length: 1000 }, () => stay('1'));
        }
      } finally {
        state.ended++;
      }
    };
    return { state, report: reportWith({ stays }) };
  }
  const begin = (path: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      ask(`${house.home}${path}`, { headers: SIGNED_IN, agent: false }, resolve).on('error', reject);
    });
  const gone = (answer: IncomingMessage) => {
    answer.on('error', () => undefined);
    answer.destroy();
  };

  it('is read as fast as its reader takes it, and no longer than there is one', async () => {
    const { state, report } = endless();
    house = await openHouse({ report });
    const answer = await begin('/time.csv');
    // The reader takes nothing: what has been read fills the buffers on the way, and then it stands still.
    let before = -1;
    await vi.waitFor(
      () => {
        const still = before === state.read;
        before = state.read;
        expect(still).toBe(true);
      },
      { interval: 300, timeout: 20_000 },
    );
    expect(state.read).toBeLessThan(200);
    for await (const _piece of answer) if (state.read > before + 20) break;
    await vi.waitFor(() => expect(state.ended).toBe(1));
    expect(house.errors).toEqual([]);
  });

  it('is one at a time for a login, and the next may be taken when its reader is gone', async () => {
    const { state, report: busy } = endless();
    house = await openHouse({ report: { ...busy, logPages: report.logPages } });
    const first = await begin('/time.csv');
    const second = await house.get('/log.csv');
    expect([second.status, second.headers.get('retry-after')]).toEqual([429, '10']);
    expect(await second.text()).toContain('taking a file already');
    expect((await house.get('/log')).status).toBe(200);
    gone(first);
    await vi.waitFor(async () => expect((await house.get('/log.csv')).status).toBe(200));
    expect(state.ended).toBe(1);
  });

  it('does not wait for ever for a database that hangs', async () => {
    const hangs = () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) });
    house = await openHouse({ report: reportWith({ stays: hangs }), patience: 20 });
    expect((await house.get('/time.csv')).status).toBe(503);
    expect((await house.get('/log.csv')).status).toBe(200);
  });
});

const throwing = (error: Error) => ({
  [Symbol.asyncIterator]: () => ({ next: (): Promise<never> => Promise.reject(error) }),
});
