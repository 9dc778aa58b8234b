// Writes the tree of CONTRIBUTING.md: every file that ships or tests, with the first line that it says of itself.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const PARTS = ['app.ts', 'bin', 'lib', 'db', 'views', 'public', 'scripts', 'test', 'bench'];
const BEGIN = '<!-- tree: node scripts/tree.mjs -->\n```\n';
const END = '```\n<!-- /tree -->';
/** The comment that opens a file, in any of our languages. */
const FIRST_LINE = /^(?:#!.*\n)?(?:'use strict';\n)?\s*(?:\/\/|\/\*+|--|<%#|<!--)\s*(.+?)\s*(?:\*\/|-?%>|-->)?\s*$/m;

function files() {
  const list = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--', ...PARTS], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const byFolder = (one, other) =>
    dirname(one).localeCompare(dirname(other), 'en') || basename(one).localeCompare(basename(other), 'en');
  return list
    .split('\n')
    .filter((file) => /\.(ts|mts|mjs|cjs|js|lua|ejs|css)$/.test(file))
    .sort(byFolder);
}

function aboutOf(file) {
  const head = readFileSync(join(ROOT, file), 'utf8').split('\n').slice(0, 3).join('\n');
  return FIRST_LINE.exec(head)?.[1] ?? '';
}

/** The tree as text. A file that says nothing of itself stands there with nothing. */
export function tree() {
  const lines = [];
  let folder = '';
  for (const file of files()) {
    const parent = file.includes('/') ? file.slice(0, file.lastIndexOf('/') + 1) : '';
    if (parent !== folder && parent !== '') lines.push(parent);
    folder = parent;
    const name = (parent === '' ? '' : '  ') + file.slice(parent.length);
    lines.push(`${name.padEnd(38)} ${aboutOf(file)}`.trimEnd());
  }
  return `${lines.join('\n')}\n`;
}

/** CONTRIBUTING.md with the tree as it is now. */
export function contributing() {
  const text = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  const from = text.indexOf(BEGIN) + BEGIN.length;
  return text.slice(0, from) + tree() + text.slice(text.indexOf(END));
}

if (process.argv[1] === import.meta.filename) writeFileSync(join(ROOT, 'CONTRIBUTING.md'), contributing());
