// The options of the dashboard, and what is said at start when one is wrong.
import type { IncomingMessage } from 'node:http';
import type { Millis } from '../domain.js';
import type { Report } from '../report.js';
import type { Access } from './access.js';
import type { Actions } from './actions.js';
import type { Status } from './status.js';

export interface Link {
  readonly href: string;
  readonly text: string;
}

export interface DashboardOptions {
  readonly report: Report;
  status(): Promise<Status>;
  /** Who may see the dashboard: see `Access`. */
  readonly access?: Access;
  readonly production: boolean;
  /** Where a request comes from, as far as that can be believed; empty when its connection is gone. */
  addressOf(request: IncomingMessage): string;
  /** Whether the header `Origin` of a request is the site that was asked, as browsers see it. */
  isOwnOrigin(request: IncomingMessage): boolean;
  /** Whether a text can be somebody's id. */
  isUid(text: string): boolean;
  /** Told of every error that a reader only sees as "not available". */
  onError(error: unknown): void;
  /** What the pages are called; default `Online`. */
  readonly title?: string;
  /** The IANA time zone in which times are shown and read, such as `Europe/Berlin`; default that of the process. */
  readonly timeZone?: string;
  /** Links back to the host's own pages, shown in the navigation. */
  readonly links?: readonly Link[];
  /** The clock; default `Date.now`. */
  now?(): Millis;
  /** How long the report may take to answer before a page does without it; default 10 s. */
  readonly patience?: Millis;
  /** What Prometheus asks for at `/metrics`; default nothing. */
  readonly metrics?: { readonly type: string; text(): Promise<string> } | undefined;
  /** What may be changed here; default nothing. */
  readonly actions?: Actions;
  /** Bytes of a body that brings what is to be published (`limits.bytes`); default 64 KB. */
  readonly publishBytes?: number;
  /** Told of every wrong password, and of every login that came too soon after wrong ones; not of what was given. */
  onWrongLogin?(from: { readonly address: string }): void;
  /**
   * From which the tokens of forms are made, the same in every process of the site. Default: the password, or with
   * `authorize` a key of this process's own, so that a form that another process made has to be loaded again.
   */
  readonly formKey?: string | undefined;
  /** Told once at start when the dashboard is open without a login. */
  warn?(message: string): void;
}

export type Settings = Required<DashboardOptions>;

/** @throws TypeError that names the option and the remedy. */
export function settle(options: DashboardOptions): Settings {
  const { title = 'Online', links = [], timeZone = localZone(), now = Date.now, patience = 10_000 } = options;
  if (typeof options.onError !== 'function') throw new TypeError('onError: give a function that is told of errors');
  if (typeof title !== 'string' || title === '') throw new TypeError('title: give a text that is not empty');
  assertTimeZone(timeZone);
  links.forEach(assertLink);
  return {
    report: options.report,
    status: () => options.status(),
    access: options.access,
    // Whoever does not say that this is development gets what is safe in production.
    production: options.production !== false,
    addressOf: (request) => options.addressOf(request),
    isOwnOrigin: (request) => options.isOwnOrigin(request),
    isUid: (text) => options.isUid(text),
    onError: (error) => options.onError(error),
    title,
    timeZone,
    links,
    now,
    patience,
    actions: options.actions ?? {},
    publishBytes: options.publishBytes ?? 64 * 1024,
    onWrongLogin: (from) => options.onWrongLogin?.(from),
    formKey: options.formKey,
    metrics: options.metrics,
    warn: (message) => options.warn?.(message),
  };
}

const localZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

function assertTimeZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch (cause) {
    throw new TypeError(`timeZone: "${timeZone}" is not known; give an IANA name such as Europe/Berlin`, { cause });
  }
}

function assertLink({ href, text }: Link): void {
  if (/^(\/|https?:\/\/)/.test(href) && text) return;
  throw new TypeError(`links: "${href}" must begin with "/", "http://" or "https://", and have a text`);
}
