// Where a Chromium is, for the browser tests. `scripts/services.mjs` installs one.
import { existsSync } from 'node:fs';

const PATHS = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The path of a Chromium, or undefined. */
export const chromium = () => PATHS.find((path) => path && existsSync(path));
