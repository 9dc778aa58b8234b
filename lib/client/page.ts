// A page's life: hidden for good or for a while, shown again. Never `beforeunload`, which also comes for a download link.
import type { FayeClient } from './faye.js';
import { clientIdOf, transportOf, urlOf } from './faye_client.js';
import type { Auth } from './options.js';

interface Target {
  addEventListener(type: string, listener: (event: unknown) => void): void;
  removeEventListener(type: string, listener: (event: unknown) => void): void;
}

/** A window, or what there is of it outside of browsers. */
export interface Page extends Partial<Target> {
  readonly document?: Target & { readonly visibilityState: string };
  readonly location?: { readonly href: string; readonly origin: string };
}

interface Told {
  /** The page may be going. It may also come back, out of the browser's back-forward cache. */
  readonly hidden: () => void;
  /** The page is looked at again. Meanwhile its timers may have slept and its socket died. */
  readonly shown: () => void;
}

/** Follows the page until the returned function is called. Does nothing where there is no page, as in Node. */
export function followPage(page: Page, told: Told): () => void {
  const { document } = page;
  if (!document || !page.addEventListener) return () => undefined;
  const follow: [Target, string, (event: unknown) => void][] = [
    [page as Target, 'pagehide', () => told.hidden()],
    [page as Target, 'pageshow', (event) => (event as { persisted?: boolean }).persisted && told.shown()],
    [document, 'visibilitychange', () => document.visibilityState === 'visible' && told.shown()],
  ];
  for (const [target, type, listener] of follow) target.addEventListener(type, listener);
  return () => {
    for (const [target, type, listener] of follow) target.removeEventListener(type, listener);
  };
}

const BEFORE_LEAVE = '/faye_online/before_leave';

/**
 * Tells the server that the page may be going, so that it waits for the grace time only. Through the socket when one is
 * open; else by a request that outlives the page. When neither gets through, the server finds out later.
 */
export function sayBeforeLeave(client: FayeClient, auth: Auth, up: boolean): void {
  const clientId = clientIdOf(client);
  if (!clientId) return;
  if (up && transportOf(client) === 'websocket') {
    client.publish(BEFORE_LEAVE, {}, { attempts: 1 });
  } else if (typeof fetch === 'function') {
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify([{ channel: BEFORE_LEAVE, clientId, data: {}, auth }]);
    fetch(urlOf(client), { method: 'POST', keepalive: true, credentials: 'include', headers, body }).catch(
      () => undefined,
    );
  }
}

/** Whether a URL is of another origin than the page. */
export const isForeign = (url: string, { location }: Page): boolean =>
  location !== undefined && new URL(url, location.href).origin !== location.origin;
