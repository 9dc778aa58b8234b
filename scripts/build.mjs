// Builds what ships: dist/ (the library, the server, the command) and public/ (the page's client).
// @ts-check
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, transform } from 'esbuild';

/** Bytes of the gzipped script: every page loads it. */
const MAX_SCRIPT = 8 * 1024;

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
await rm('dist', { recursive: true, force: true });
compile('-p', 'tsconfig.build.json');
compile('-p', 'lib/client', '--emitDeclarationOnly');
await copyScripts('lib', '.lua');
await makeExecutable('dist/bin');
const script = await bundle('lib/client/script.ts', 'iife', 'public/faye-online.js');
await bundle('lib/client/index.ts', 'esm', 'public/faye-online.mjs');
if (script > MAX_SCRIPT) fail(`public/faye-online.js has ${script} bytes gzipped, more than ${MAX_SCRIPT}`);

/** @param {string[]} args */
function compile(...args) {
  const { status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', ...args], { stdio: 'inherit' });
  if (status !== 0) fail(`tsc ${args.join(' ')} failed`);
}

/**
 * Copies what tsc leaves behind to the same place under dist/.
 * @param {string} root
 * @param {string} ending
 */
async function copyScripts(root, ending) {
  const files = await readdir(root, { recursive: true });
  for (const file of files.filter((name) => name.endsWith(ending))) {
    const target = join('dist', root, file);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(join(root, file), target);
  }
}

/** @param {string} directory */
async function makeExecutable(directory) {
  if (!existsSync(directory)) return;
  for (const file of await readdir(directory)) if (file.endsWith('.js')) await chmod(join(directory, file), 0o755);
}

/**
 * Bundles for browsers of 2018 and later. They have no private fields, and the WeakMaps that stand in for them would be
 * a fifth of the script: privacy is checked by the compiler, and here private fields become plain ones with short names.
 * @param {string} entry
 * @param {'iife' | 'esm'} format
 * @param {string} outfile
 * @returns {Promise<number>} the size in bytes, gzipped
 */
async function bundle(entry, format, outfile) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  const plain = (outputFiles[0]?.text ?? '').replace(/(?<=\.|^ +(?:get )?)#(?=\w)/gm, 'private_');
  const { code } = await transform(plain, {
    format,
    minify: true,
    target: 'es2018',
    mangleProps: /^private_/,
    loader: 'ts',
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  });
  await mkdir(dirname(outfile), { recursive: true });
  await writeFile(outfile, code);
  const size = gzipSync(code, { level: 9 }).length;
  console.log(`${outfile}: ${code.length} bytes, ${size} gzipped`);
  return size;
}

/**
 * @param {string} reason
 * @returns {never}
 */
function fail(reason) {
  console.error(`build: ${reason}`);
  process.exit(1);
}
