// A real nginx of the test's own: `deploy/nginx.conf` as it is, save for the ports and where the nodes are.
import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ROOT } from '../../lib/root.js';
import { program } from '../../scripts/services.mjs';
import { freePort } from './ports.js';
import { scratch } from './process.js';

/** @param ports of the nodes on this machine. @returns where nginx is */
export async function startNginx(ports: readonly number[]): Promise<string> {
  const [folder, port] = [await scratch(), await freePort()];
  const nodes = ports.map((node) => `server 127.0.0.1:${node} max_fails=1 fail_timeout=5s;`);
  const site = (await readFile(join(ROOT, 'deploy', 'nginx.conf'), 'utf8'))
    .replace(/(?: *server node\d.*\n)+/, `${nodes.join('\n')}\n`)
    .replace('listen 80;', `listen 127.0.0.1:${port};`);
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  await mkdir(join(folder, 'logs'));
  await writeFile(
    join(folder, 'nginx.conf'),
    `${process.getuid?.() === 0 ? 'user root; ' : ''}daemon off; pid ${folder}/pid; error_log stderr notice; events {} http { access_log off; ${places.join(' ')}\n${site}}`,
  );
  const child = spawn(program('nginx') ?? 'nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')]);
  onTestFinished(async () => {
    if (child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await gone;
  });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (data) => {
      output += data;
      if (output.includes('start worker processes')) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`nginx ended with ${code}: ${output}`)));
  });
  return `http://127.0.0.1:${port}`;
}
