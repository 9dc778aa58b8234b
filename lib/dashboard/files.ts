// The files of the dashboard: read once, by fixed names, so that no path of a reader's reaches the disk.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../root.js';

export interface Asset {
  readonly name: string;
  readonly type: string;
  readonly body: Buffer;
  /** Changes with the content, so that a browser may keep the file for good. */
  readonly hash: string;
}

export const viewFile = (name: string): string => join(ROOT, 'views', `${name}.ejs`);

export const readAssets = (): readonly Asset[] => [
  readAsset('dashboard.css', 'text/css; charset=utf-8'),
  readAsset('dashboard.js', 'text/javascript; charset=utf-8'),
];

function readAsset(name: string, type: string): Asset {
  const body = readFileSync(join(ROOT, 'public', name));
  return { name, type, body, hash: createHash('sha256').update(body).digest('hex').slice(0, 12) };
}
