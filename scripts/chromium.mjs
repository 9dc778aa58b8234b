// Makes sure that the browser tests have a Chromium: Debian's, installed when we may, asked for when we may not.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PATHS = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The path of a Chromium, or undefined. */
export const chromium = () => PATHS.find((path) => path && existsSync(path));

function install() {
  const options = { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const apt = (...args) => spawnSync('apt-get', ['-qq', ...args], options).status === 0;
  return apt('update') && apt('install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation');
}

if (process.argv[1] === import.meta.filename && !chromium()) {
  const root = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (!root || !install() || !chromium()) {
    console.error('The browser tests need Chromium: `sudo apt-get install chromium`, or set CHROMIUM to its path.');
    process.exit(1);
  }
}
