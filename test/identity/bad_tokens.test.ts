// Tokens that must not let anybody in, each by name, and what an honest developer is told to change.
import { describe, expect, it, vi } from 'vitest';
import { placeError } from '../../lib/bayeux/channels.js';
import { Tokens } from '../../lib/identity/tokens.js';
import { CHANNELS, PAYLOADS, USERS } from './bad_claims.js';
import { HEADERS } from './bad_headers.js';
import { type Row, SHAPES, SIGNATURES } from './bad_shapes.js';
import { AUDIENCES, TIMES } from './bad_times.js';
import { SECRET, tokens } from './forge.js';

const TABLES: Record<string, readonly Row[]> = {
  'that is': SHAPES,
  'edited, or signed by': SIGNATURES,
  'with a header of': HEADERS,
  'for as long as': TIMES,
  'for the audience': AUDIENCES,
  'with a payload of': PAYLOADS,
  'with a user of': USERS,
  'with channels of': CHANNELS,
};
const ROWS = Object.entries(TABLES).flatMap(([group, rows]) =>
  rows.map(([what, token, message]) => ({ what: `${group} ${what}`, token, message })),
);

/** All that an error says, to whoever prints it. */
const words = (error: Error): string => JSON.stringify([error.message, error.stack, { ...error }, error.cause]);

/** Pieces of a token, long enough to mean something. */
const pieces = (token: string): string[] =>
  token
    .slice(0, 10_000)
    .split('.')
    .filter((part) => part.length > 8);

describe('a token', () => {
  it.each(ROWS)('$what is refused', async ({ token, message }) => {
    const error = await tokens.verify(token).then(
      () => expect.unreachable('it was accepted'),
      (refused: Error) => refused,
    );
    expect(error).toMatchObject({
      name: 'Unidentified',
      field: 'token',
      code: 401,
      message: expect.stringMatching(message),
    });
    expect(pieces(token).filter((piece) => words(error).includes(piece))).toEqual([]);
    expect(words(error)).not.toContain(SECRET);
  });

  it('is refused in more than two hundred ways, all of them different', () => {
    expect(ROWS.length).toBeGreaterThan(200);
    expect(new Set(ROWS.map(({ what }) => what)).size).toBe(ROWS.length);
    expect(new Set(ROWS.map(({ token }) => token)).size).toBe(ROWS.length);
  });

  it('of a wrong shape is refused before a key is asked for', async () => {
    const source = vi.fn(() => SECRET);
    const asking = new Tokens(source, placeError);
    for (const [, token] of SHAPES) await expect(asking.verify(token)).rejects.toMatchObject({ code: 401 });
    expect(source).not.toHaveBeenCalled();
  });
});
