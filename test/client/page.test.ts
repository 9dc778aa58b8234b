// A page is hidden and shown again.
import { beforeEach, describe, expect, it } from 'vitest';
import { followPage, isForeign, type Page } from '../../lib/client/page.js';

class Document extends EventTarget {
  visibilityState = 'visible';
}

class Window extends EventTarget {
  readonly document = new Document();
}

describe('a page that is followed', () => {
  let page: Window;
  let heard: string[];
  let unfollow: () => void;

  const look = (visibilityState: string): void => {
    page.document.visibilityState = visibilityState;
    page.document.dispatchEvent(new Event('visibilitychange'));
  };
  const show = (persisted: boolean) => page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted }));

  beforeEach(() => {
    page = new Window();
    heard = [];
    unfollow = followPage(page as Page, { hidden: () => heard.push('hidden'), shown: () => heard.push('shown') });
  });

  it('is hidden when its user goes elsewhere', () => {
    page.dispatchEvent(new Event('pagehide'));
    expect(heard).toEqual(['hidden']);
  });

  it('is shown when it comes back out of the cache, not when it loads', () => {
    show(false);
    expect(heard).toEqual([]);
    show(true);
    expect(heard).toEqual(['shown']);
  });

  it('is shown when its tab is looked at, not when another one is', () => {
    look('hidden');
    expect(heard).toEqual([]);
    look('visible');
    expect(heard).toEqual(['shown']);
  });

  it('is not disturbed by a download link', () => {
    page.dispatchEvent(new Event('beforeunload'));
    expect(heard).toEqual([]);
  });

  it('is left alone afterwards', () => {
    unfollow();
    page.dispatchEvent(new Event('pagehide'));
    look('visible');
    show(true);
    expect(heard).toEqual([]);
  });

  it('need not be there', () => {
    expect(() => followPage(globalThis as Page, { hidden: () => undefined, shown: () => undefined })()).not.toThrow();
  });
});

describe('a server', () => {
  const location = { href: 'https://school.example/classes/4', origin: 'https://school.example' };

  it.each([
    ['/faye', false],
    ['https://school.example/faye', false],
    ['https://online.school.example/faye', true],
    ['http://school.example/faye', true],
    ['https://school.example:9292/faye', true],
  ])('at %s is foreign to https://school.example: %s', (url, foreign) => {
    expect(isForeign(url, { location })).toBe(foreign);
  });

  it('is never foreign where there is no page', () => {
    expect(isForeign('https://school.example/faye', {})).toBe(false);
  });
});
