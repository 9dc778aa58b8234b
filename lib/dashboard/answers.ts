// One place answers: asks a route's handler, and makes a page or JSON of what it found, or of why it found nothing.
import type { Request, Response } from 'express';
import type { FormTokens } from './form_token.js';
import { toJson } from './json.js';
import type { Settings } from './options.js';
import type { Content, Pages } from './pages.js';
import { questionIn, type Refusal, refusalJson, titleOf, wantsJson } from './refusal.js';
import { baseOf, queryOf } from './request.js';
import type { Route } from './routes.js';
import type { Status } from './status.js';
import { within } from './within.js';

const AWAY: Refusal = {
  status: 503,
  message: 'History is not available right now. What is live is shown as far as it is known.',
  headers: { 'Retry-After': '5' },
};
const BROKEN: Refusal = { status: 500, message: 'The dashboard could not show this. Whoever runs this site was told.' };

export class Answers {
  readonly #settings: Settings;
  readonly #pages: Pages;
  readonly #tokens: FormTokens;

  constructor(settings: Settings, pages: Pages, tokens: FormTokens) {
    this.#settings = settings;
    this.#pages = pages;
    this.#tokens = tokens;
  }

  /** Answers what a route was asked. */
  async give(route: Route, request: Request, response: Response): Promise<void> {
    const reading = route.read(given(request));
    if ('message' in reading) return this.refuse(request, response, { status: 400, ...reading });
    const { report, status, now: clock } = this.#settings;
    const now = clock();
    const found = await this.#try(() => reading.ask({ report, status, now }));
    if (found === undefined) return this.refuse(request, response, AWAY);
    if (found === null) return this.refuse(request, response, { status: 404, message: route.missing ?? '' });
    if (wantsJson(request)) return sendJson(response, { data: toJson(found, now) });
    const { view = '' } = route;
    await this.#page(request, response, { view, params: reading.params, data: found, status: await this.#status() });
  }

  /** What was found or done; undefined when it could not be, and that has been answered. */
  async attempt<T>(request: Request, response: Response, ask: () => Promise<T>, away = AWAY): Promise<T | undefined> {
    try {
      return await within(this.#settings.patience, ask);
    } catch (error) {
      const wrong = questionIn(error);
      if (!wrong) this.#settings.onError(error);
      await this.refuse(request, response, wrong ?? away);
      return undefined;
    }
  }

  /** Says why there is no answer; when the history is away, with what is live beside it. */
  async refuse(request: Request, response: Response, refusal: Refusal): Promise<void> {
    response.status(refusal.status).set(refusal.headers ?? {});
    if (wantsJson(request)) return sendJson(response, refusalJson(refusal));
    const status = this.#status();
    const rooms = refusal === AWAY ? await this.#try(() => this.#settings.report.channels('room')) : undefined;
    const data = { refusal, title: titleOf(refusal), rooms };
    await this.#page(request, response, { view: 'refusal', params: {}, data, status: await status });
  }

  /** Answers an error that nobody expected: the reader is told nothing of it. */
  async fail(request: Request, response: Response, error: unknown): Promise<void> {
    if (error instanceof URIError) {
      return this.refuse(request, response, {
        status: 400,
        message: 'The address is not spelled right: check each "%".',
      });
    }
    this.#settings.onError(error);
    if (response.headersSent) return void response.destroy();
    response.status(BROKEN.status);
    if (wantsJson(request)) return sendJson(response, refusalJson(BROKEN));
    response.type('text').send(`${BROKEN.message}\n`);
  }

  async #page(request: Request, response: Response, content: Omit<Content, 'base' | 'now' | 'token'>): Promise<void> {
    const base = baseOf(request);
    const now = this.#settings.now();
    response.type('html').send(await this.#pages({ ...content, base, now, token: this.#tokens.make(now) }));
  }

  #status = async (): Promise<Status | null> => (await this.#try(this.#settings.status)) ?? null;

  /** Undefined when the backend failed or took too long: then `onError` was told. */
  async #try<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await within(this.#settings.patience, ask);
    } catch (error) {
      this.#settings.onError(error);
      return undefined;
    }
  }
}

/** What mail programs, search engines and networks hang on links, which asks for nothing. */
const TRACKING = /^(utm_\w+|mc_[ce]id|_g[al]|[fgy]clid|fbclid|dclid|msclkid|igshid)$/i;

/** A form sends its empty fields too: they count as not given. */
export function given(request: Request): Record<string, unknown> {
  const fields = { ...queryOf(request), ...request.params };
  return Object.fromEntries(Object.entries(fields).filter(([name, value]) => value !== '' && !TRACKING.test(name)));
}

function sendJson(response: Response, body: object): void {
  response.type('json').send(JSON.stringify(body));
}
