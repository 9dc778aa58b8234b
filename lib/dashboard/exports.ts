// The log and the time of everybody as CSV files, written while they are read.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import type { Millis } from '../domain.js';
import { networkOf } from '../network.js';
import type { ExportQuery } from '../report.js';
import type { Answers } from './answers.js';
import { type Books, createBooks } from './books.js';
import { BYTE_ORDER_MARK, csvRow } from './csv.js';
import { createWallClock } from './instant.js';
import type { Settings } from './options.js';
import { type Params, readParams } from './params.js';
import type { Refusal } from './refusal.js';
import { within } from './within.js';

const HOUR: Millis = 60 * 60 * 1000;
const DAY: Millis = 24 * HOUR;
const LONGEST = 92;
/** Three months may be an hour longer, when clocks are put back in them. */
const SLACK: Millis = 2 * HOUR;
/** A reader who takes nothing for so long is gone. */
const IDLE: Millis = 60_000;

const TOO_LONG = `Ask for at most ${LONGEST} days: give from and to.`;
const ORDER = 'Give an end that is later than the beginning.';
const BUSY: Refusal = {
  status: 429,
  message: 'You are taking a file already. Wait until it is complete, then take the next.',
  headers: { 'Retry-After': '10' },
};

export class Exports {
  readonly #settings: Settings;
  readonly #params: Params;
  readonly #answers: Answers;
  readonly #books: Books;
  /** Who is taking a file now. */
  readonly #busy = new Set<string>();

  constructor(settings: Settings, params: Params, answers: Answers) {
    this.#settings = settings;
    this.#params = params;
    this.#answers = answers;
    this.#books = createBooks(settings.report, settings.timeZone);
  }

  get names(): readonly string[] {
    return Object.keys(this.#books);
  }

  /** Answers with a file, or says why not. */
  async give(name: string, given: object, request: Request, response: Response): Promise<void> {
    const query = this.#query(given);
    if ('message' in query) return this.#answers.refuse(request, response, { status: 400, ...query });
    const file = `${name}_${this.#day(query.from)}_${this.#day(query.to)}.csv`;
    if (request.method === 'HEAD') return void asFile(response, file).end();
    const login = this.#loginOf(request);
    if (this.#busy.has(login)) return this.#answers.refuse(request, response, BUSY);
    this.#busy.add(login);
    try {
      await this.#send(name, query, file, request, response);
    } finally {
      this.#busy.delete(login);
    }
  }

  /** With one login for all, all take turns; where the host decides who somebody is, those of one network do. */
  #loginOf(request: Request): string {
    const { access, addressOf } = this.#settings;
    return access && 'user' in access ? '' : networkOf(addressOf(request));
  }

  #day = (instant: Millis): string => createWallClock(this.#settings.timeZone)(instant).slice(0, 10);

  #query(given: object): ExportQuery | { readonly field: string; readonly message: string } {
    const read = readParams(this.#params.file, given);
    if ('message' in read) return read;
    const { to = this.#settings.now(), from = to - LONGEST * DAY, ...who } = read.data;
    if (from >= to) return { field: 'to', message: ORDER };
    if (to - from > LONGEST * DAY + SLACK) return { field: 'from', message: TOO_LONG };
    return { ...who, from, to };
  }

  async #send(name: string, query: ExportQuery, file: string, request: Request, response: Response): Promise<void> {
    const book = this.#books[name]?.(query);
    const pages = book?.pages[Symbol.asyncIterator]();
    if (!book || !pages) return;
    const { patience, onError } = this.#settings;
    const next = () => within(patience, () => pages.next());
    try {
      const first = await this.#answers.attempt(request, response, next);
      if (!first) return;
      asFile(response, file).setTimeout(IDLE, () => response.destroy());
      await pipeline(Readable.from(text(book.head, first, next), { highWaterMark: 1 }), response);
    } catch (error) {
      // Whoever goes away in the middle needs no answer, and nobody has to be told.
      if (!isGone(error)) onError(error);
    } finally {
      // Not waited for: a database that hangs may never end it.
      Promise.resolve(pages.return?.()).catch(onError);
    }
  }
}

type Page = IteratorResult<readonly string[], unknown>;

/** One piece per page, and the next page is read when the reader has taken this one. */
async function* text(head: readonly string[], first: Page, next: () => Promise<Page>): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + csvRow(head);
  for (let page = first; !page.done; page = await next()) yield page.value.join('');
}

function asFile(response: Response, name: string): Response {
  response.attachment(name);
  response.set('Content-Type', 'text/csv; charset=utf-8; header=present');
  return response;
}

const isGone = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException | null)?.code === 'ERR_STREAM_PREMATURE_CLOSE';
