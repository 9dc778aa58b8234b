// SQLite databases for tests: in memory, and in a file of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../db/open.js';
import type { LedgerDatabase } from '../contracts/ledger_scene.js';

export async function sqliteInMemory(): Promise<LedgerDatabase> {
  return { open: () => openDatabase('sqlite::memory:'), remove: async () => undefined };
}

export async function sqliteFile(): Promise<LedgerDatabase & { readonly url: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'faye-online-'));
  const url = `sqlite:${join(folder, 'online.sqlite')}`;
  return { url, open: () => openDatabase(url), remove: () => rm(folder, { recursive: true }) };
}
