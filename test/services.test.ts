// What the tests need besides Node: found where it is, and named when it is not there.
import { expect, it } from 'vitest';
import { advice, missing, program } from '../scripts/services.mjs';

it('all that the tests start themselves is there', () => {
  expect(missing()).toEqual([]);
});

it('servers are found although they are not on the path', () => {
  expect(program('mariadbd')).toMatch(/\/mariadbd$/);
  expect(program('no-such-program')).toBeUndefined();
});

it('what is not there is named, with the packages that have it, each once', () => {
  const words = advice(missing(() => undefined));
  expect(words).toBe(
    'The tests need redis-server, mariadbd, mariadb-install-db, nginx: ' +
      '`sudo apt-get install redis-server mariadb-server nginx`.',
  );
});
