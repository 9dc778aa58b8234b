// While developing, with no access set: only a browser on this very machine gets in.
import type { Request } from 'express';
import type { Check } from './refusal.js';

const LOCAL_ADDRESS = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/i;
const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;
/** What proxies and load balancers add, by their habits. */
const OF_A_PROXY = new RegExp(
  '^(forwarded|via|cdn-loop|(x|true|fastly)-(client|cluster-client|real|proxyuser)-ip|x-real-.*|x-forwarded.*|x-original-.*' +
    '|x-rewrite-.*|x-host|x-http-host-override|x-proxy-.*|x-envoy-.*|x-amzn-.*|x-azure-.*|x-appengine-.*|x-arr-.*|cf-.*|fly-.*)$',
);

const REFUSAL = {
  status: 403,
  message:
    'The dashboard is open to this machine only, because the option `dashboard` is not set. ' +
    'Set `dashboard: {user, password}` or `dashboard: {authorize(request)}` to let others in.',
};

/** Said at start: what this check cannot know. */
export const OPEN_WARNING =
  'option "dashboard" is not set, and NODE_ENV is not production: the dashboard is open to this machine without a login. ' +
  'A proxy on this machine that adds no header and rewrites the Host looks like this machine: set the option before there is one';

export const loopbackCheck: Check = async (request) => (isLocal(request) ? null : REFUSAL);

/**
 * The socket is asked, not `req.ip`, which a proxy header may set; and what a proxy on this machine brings comes from
 * elsewhere. No browser speaks HTTP/1.0, but a proxy that is set up in a hurry does. The Host header has to be one of ours,
 * or a foreign name that resolves to 127.0.0.1 would get in with the reader's browser (DNS rebinding).
 */
function isLocal(request: Request): boolean {
  return (
    LOCAL_ADDRESS.test(request.socket.remoteAddress ?? '') &&
    LOCAL_HOST.test(request.get('host') ?? '') &&
    request.httpVersion !== '1.0' &&
    !Object.keys(request.headers).some((name) => OF_A_PROXY.test(name))
  );
}
