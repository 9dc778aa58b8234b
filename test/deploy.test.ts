// The files that put several nodes behind one address: they name what is there, and the nodes understand what they say.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../lib/environment.js';
import { ROOT } from '../lib/root.js';

const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
const compose = read('compose.yaml');
const section = (name: string): string => new RegExp(`^${name}:\\n((?:[ #].*\\n|\\n)*)`, 'm').exec(compose)?.[1] ?? '';
const namesIn = (text: string): string[] => [...text.matchAll(/^ {2}([\w-]+):/gm)].map(([, name = '']) => name);

describe('compose.yaml', () => {
  it('has two nodes, what they share, and nginx', () => {
    expect(namesIn(section('services')).sort()).toEqual(['mariadb', 'migrate', 'nginx', 'node1', 'node2', 'redis']);
    expect(compose).not.toContain('\t');
  });

  it('gives the nodes an environment that they take, with Redis and MariaDB by their names', () => {
    const lines = /environment: &environment\n((?: {4}.*\n)+)/.exec(compose)?.[1] ?? '';
    const given: Record<string, string> = { FAYE_ONLINE_SECRET: 's'.repeat(64), DATABASE_PASSWORD: 'p' };
    const value = (text: string): string =>
      text.replace(/\$\{(\w+)(?::[-?]([^}]*))?\}/g, (_all, name: string, other: string) => given[name] ?? other);
    const env = Object.fromEntries(
      [...lines.matchAll(/^ {4}(\w+): (.*)$/gm)].map(([, name = '', text = '']) => [name, value(text)]),
    );
    const { options, logLevel, demo } = readEnvironment({ ...env, NODE_ENV: 'production' });
    expect([logLevel, demo]).toEqual(['info', false]);
    expect(options).toMatchObject({
      database: 'mysql://online:p@mariadb/online',
      migrate: false,
      redis: { url: 'redis://redis:6379' },
    });
  });

  it('mounts files that are there', () => {
    const files = [...compose.matchAll(/'(\.\/[^:']+):/g)].map(([, file = '']) => file);
    expect(files).toEqual(['./deploy/nginx.conf']);
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });
});

it('nginx knows exactly the nodes of compose.yaml', () => {
  const servers = [...read('deploy/nginx.conf').matchAll(/^ +server ([\w-]+):(\d+)/gm)].map(([, host]) => host);
  expect(servers).toEqual(namesIn(section('services')).filter((name) => /^node\d/.test(name)));
});

it('the image has all that the package ships', () => {
  const { files } = JSON.parse(read('package.json')) as { files: string[] };
  const folders = new Set(files.filter((file) => !file.includes('.md')).map((file) => file.split('/')[0]));
  const copied = [...read('Dockerfile').matchAll(/\/app\/([\w.]+) \.\/\1/g)].map(([, folder]) => folder);
  expect([...folders].filter((folder) => !copied.includes(folder))).toEqual([]);
});
