// What must be right at the start.
import { describe, expect, it } from 'vitest';
import { createDashboard } from '../../lib/dashboard/index.js';
import { calm, NOON, report } from './people.js';

describe('what must be right at the start', () => {
  const start = (options: object) => () =>
    createDashboard({
      report,
      status: async () => calm,
      production: true,
      now: () => NOON,
      addressOf: () => '',
      isOwnOrigin: () => false,
      isUid: () => true,
      onError: () => undefined,
      ...options,
    });

  it.each([
    [{ access: null }, 'dashboard:'],
    [{ access: true }, 'dashboard:'],
    [{ access: {} }, 'dashboard:'],
    [{ access: { user: 'a', password: 'b', authorize: () => true } }, 'dashboard:'],
    [{ access: { user: 'admin' } }, 'dashboard.password'],
    [{ access: { user: 'admin', password: '' } }, 'dashboard.password'],
    [{ access: { user: '', password: 'b' } }, 'dashboard.user'],
    [{ access: { user: 'a:b', password: 'b' } }, 'dashboard.user'],
    [{ access: { authorize: true } }, 'dashboard.authorize'],
    [{ timeZone: 'Mars/Olympus' }, 'timeZone'],
    [{ title: '' }, 'title'],
    [{ links: [{ href: 'javascript:alert(1)', text: 'x' }] }, 'links'],
    [{ onError: undefined }, 'onError'],
  ])('refuses %o and names %s', (options, name) => {
    expect(start(options)).toThrow(TypeError);
    expect(start(options)).toThrow(name);
  });
});
