// The arrows of the house: who may import whom, and the one door of each library.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../lib/root.js';

const IMPORT = /(?:from|import|require)\s*\(?\s*'([^']+)'/g;

/** Every source file that ships, with what it imports: `lib/…` for our own, the name for a library. */
const sources: ReadonlyMap<string, readonly string[]> = new Map(
  ['app.ts', ...['lib', 'db', 'bin'].flatMap(filesBelow)].map((file) => [file, importsOf(file)]),
);

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|cjs)$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(IMPORT)].map(([, name = '']) =>
    name.startsWith('.') ? posix.join(dirname(file), name).replace(/\.js$/, '.ts') : name,
  );
}

/** What every part may know: the words, the contracts, and where the package is. */
const COMMON = /^lib\/(domain|network|report|root|redis|presence\/store)\.ts$/;

/** A part, and what else it may import of ours. */
const ARROWS: Record<string, RegExp> = {
  'lib/bayeux/': /^lib\/(bayeux|identity)\//,
  'lib/identity/': /^lib\/identity\//,
  'lib/presence/': /^lib\/presence\//,
  'lib/ledger/': /^(lib\/ledger|db)\//,
  'lib/dashboard/': /^lib\/dashboard\//,
  'lib/client/': /^lib\/client\//,
  'db/': /^db\//,
  'app.ts': /^lib\/(index|environment|ending|workers)\.ts$/,
};

/** A library, and the only files that name it. */
const DOORS: Record<string, RegExp> = {
  faye: /^lib\/bayeux\/faye\.ts$/,
  ws: /^lib\/bayeux\/(link|linked_socket|sockets)\.ts$/,
  ioredis: /^lib\/redis\.ts$/,
  sequelize: /^(lib\/ledger|db)\/|^lib\/options\.ts$/,
  umzug: /^db\/migrations\.ts$/,
  express: /^lib\/(dashboard\/|api\.ts|index\.ts|middleware\.ts)|^app\.ts$/,
  ejs: /^lib\/dashboard\//,
  jose: /^lib\/identity\/tokens\.ts$/,
  'prom-client': /^lib\/metrics\.ts$/,
  commander: /^bin\//,
};

describe('the arrows', () => {
  it('find the sources', () => expect(sources.size).toBeGreaterThan(50));

  it('domain and the report contract import nothing but words', () => {
    expect(sources.get('lib/domain.ts')).toEqual([]);
    expect(sources.get('lib/report.ts')).toEqual(['lib/domain.ts']);
  });

  it.each(Object.entries(ARROWS))('%s imports what it may', (part, allowed) => {
    const wrong = [...sources]
      .filter(([file]) => file.startsWith(part))
      .flatMap(([file, names]) => names.map((name) => [file, name] as const))
      .filter(([, name]) => /^(lib|db|bin)\//.test(name) && !COMMON.test(name) && !allowed.test(name));
    expect(wrong).toEqual([]);
  });

  it.each(Object.entries(DOORS))('%s is named at its door only', (library, door) => {
    const users = [...sources].filter(([, names]) => names.includes(library)).map(([file]) => file);
    expect(users.filter((file) => !door.test(file))).toEqual([]);
  });

  it('go round in no circle', () => {
    const visiting = new Set<string>();
    const done = new Set<string>();
    const visit = (file: string): string | undefined => {
      if (done.has(file)) return undefined;
      if (visiting.has(file)) return file;
      visiting.add(file);
      const circle = (sources.get(file) ?? []).map(visit).find((found) => found !== undefined);
      visiting.delete(file);
      done.add(file);
      return circle;
    };
    expect([...sources.keys()].map(visit).filter((circle) => circle !== undefined)).toEqual([]);
  });
});
