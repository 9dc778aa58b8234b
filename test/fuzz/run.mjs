// Starts the fuzzer: node test/fuzz/run.mjs [--messages 100000] [--seconds 60] [--seed 7] [--deadline 1000]. Needs the build (npm run build).
// @ts-check
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

// Below node_modules, so that libraries are found from there.
const here = fileURLToPath(new URL('../..', import.meta.url));
const folder = await mkdtemp(join(here, 'node_modules', '.fuzz-'));
try {
  const outfile = join(folder, 'fuzz.mjs');
  const entryPoints = [join(here, 'test', 'fuzz', 'command.ts')];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external' });
  await import(pathToFileURL(outfile).href);
} finally {
  await rm(folder, { recursive: true, force: true });
}
