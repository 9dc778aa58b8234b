// The files of the dashboard: read once, by fixed names, so that no path of a reader's reaches the disk.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Asset {
  readonly name: string;
  readonly type: string;
  readonly body: Buffer;
  /** Changes with the content, so that a browser may keep the file for good. */
  readonly hash: string;
}

/** The package's folder is further up from the built files than from the sources. */
const root = findRoot(dirname(fileURLToPath(import.meta.url)));

export const viewFile = (name: string): string => join(root, 'views', `${name}.ejs`);

export const readAssets = (): readonly Asset[] => [
  readAsset('dashboard.css', 'text/css; charset=utf-8'),
  readAsset('dashboard.js', 'text/javascript; charset=utf-8'),
];

function readAsset(name: string, type: string): Asset {
  const body = readFileSync(join(root, 'public', name));
  return { name, type, body, hash: createHash('sha256').update(body).digest('hex').slice(0, 12) };
}

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'views')) && existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('views/ is missing: install faye-online anew, with all its files');
  return findRoot(parent);
}
