// Where the package is, whether this code runs from its sources or from dist.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function find(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : find(dirname(folder));
}

/** The folder that holds package.json, public and views. */
export const ROOT = find(dirname(fileURLToPath(import.meta.url)));
