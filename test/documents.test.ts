// The documents are true: the tree of CONTRIBUTING, the options of the README, the files that they point to.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readOptions } from '../lib/options.js';
import { ROOT } from '../lib/root.js';
import { contributing, tree } from '../scripts/tree.mjs';

const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');

describe('CONTRIBUTING', () => {
  it('has every file in its tree: run `node scripts/tree.mjs`', () => {
    expect(read('CONTRIBUTING.md')).toBe(contributing());
  });

  it('has a line about every file', () => {
    const silent = tree()
      .split('\n')
      .filter((line) => /^\s*[\w.-]+\.\w+$/.test(line));
    expect(silent).toEqual([]);
  });
});

describe('the README', () => {
  it('names every option', () => {
    const message = (() => {
      try {
        readOptions({ trustClients: true, nonsense: 1 } as never, {});
      } catch (error) {
        return String(error);
      }
    })();
    const options = message?.split('there are ')[1]?.split(', ') ?? [];
    expect(options.length).toBeGreaterThan(15);
    expect(options.filter((option) => !read('README.md').includes(`\`${option}\``))).toEqual([]);
  });

  it.each(['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'])('%s points only to files that are there', (name) => {
    const links = [...read(name).matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !link.includes('://') && !existsSync(join(ROOT, link)))).toEqual([]);
  });
});
