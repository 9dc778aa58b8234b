// Tokens that one process calls back, and another one learns of.
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Uid } from '../lib/domain.js';
import { Revocations } from '../lib/identity/revocations.js';
import type { RevokedUser } from '../lib/ledger/revoked.js';
import { Revoking } from '../lib/revoking.js';

/** A process, with the book that it shares with the others. */
function startProcess(book: RevokedUser[]) {
  const revocations = new Revocations({ now: Date.now });
  const dismissed: Uid[] = [];
  const kicked: Uid[] = [];
  const revoking = new Revoking({
    revocations,
    book: {
      write: async (users) => void book.push(...users),
      read: async () => [...book],
      forget: async () => undefined,
    },
    shared: true,
    now: Date.now,
    kick: async (uid) => kicked.push(uid),
    dismiss: (uids) => dismissed.push(...uids),
    onError: (error) => expect.unreachable(String(error)),
  });
  onTestFinished(() => revoking.close());
  return { revoking, revocations, dismissed, kicked };
}

describe('calling the tokens of a user back', () => {
  it('sends the user’s pages away in the process that is asked, and in the others, once', async () => {
    const book: RevokedUser[] = [];
    const [one, other] = [startProcess(book), startProcess(book)];
    await Promise.all([one.revoking.start(), other.revoking.start()]);
    const issued = Date.now();
    await one.revoking.revoke('ann');
    expect(one.kicked).toEqual(['ann']);
    await vi.waitFor(() => expect(other.dismissed).toEqual(['ann']), { timeout: 5_000 });
    const ofHer = { user: { uid: 'ann', uname: 'Ann' }, issued };
    expect([one, other].map(({ revocations }) => revocations.isRevoked(ofHer))).toEqual([true, true]);
    expect(one.dismissed).toEqual([]);
  });

  it('holds in a process that starts later', async () => {
    const book: RevokedUser[] = [['bob', Date.now()]];
    const late = startProcess(book);
    await late.revoking.start();
    expect(late.dismissed).toEqual(['bob']);
  });
});
