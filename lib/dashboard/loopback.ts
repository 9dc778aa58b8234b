// While developing, with no access set: only a browser on this very machine gets in.
import type { Request } from 'express';
import type { Check } from './refusal.js';

const LOCAL_ADDRESS = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/i;
const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;
const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

const REFUSAL = {
  status: 403,
  message:
    'The dashboard is open to this machine only, because the option `dashboard` is not set. ' +
    'Set `dashboard: {user, password}` or `dashboard: {authorize(request)}` to let others in.',
};

export const loopbackCheck: Check = async (request) => (isLocal(request) ? null : REFUSAL);

/**
 * The socket is asked, not `req.ip`, which a proxy header may set; and what a proxy on this machine brings comes from
 * elsewhere. The Host header has to be one of ours, or a foreign name that resolves to 127.0.0.1 would get in with the
 * reader's browser (DNS rebinding).
 */
function isLocal(request: Request): boolean {
  return (
    LOCAL_ADDRESS.test(request.socket.remoteAddress ?? '') &&
    LOCAL_HOST.test(request.get('host') ?? '') &&
    PROXY_HEADERS.every((name) => request.get(name) === undefined)
  );
}
