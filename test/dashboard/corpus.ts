// Addresses and headers with which people try to get past the lock of a dashboard, sent byte by byte.
import { connect } from 'node:net';

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'];

const PLACES = [
  ...['', '/', '/rooms', '/rooms?name=/classes/4', '/users/1', '/users?uid=1', '/log', '/at?channel=/classes/4'],
  ...['/log.csv', '/time.csv', '/time.csv?uid=1', '/dashboard.css', '/dashboard.js', '/nothing'],
  ...['/api', '/api/rooms', '/api/users/1', '/api/log', '/api/time?uid=1', '/api/at?channel=/classes/4', '/api/status'],
  ...['/api/kick', '/api/revoke', '/api/publish'],
];

/** `/online` as others spell it. */
const SPELLINGS = [
  ...['//online', '/./online', '/x/../online', '/online/', '/online//', '/online/.', '/online/..;'],
  ...['/ONLINE', '/Online', '/onlin%65', '/%6Fnline', '/%2fonline', '/%2e/online', '/x/%2e%2e/online', '/online%2f'],
  ...['/online%00', '/online;', '/online;a=b', '/online%20', '/online%3f', '/online%23', '/online%5c', '/\\online'],
  ...['/online\\', '/online/%2e%2e/online', '/online..', '/online%c0%af', '/online%252f', '/online/*', '/online.json'],
  ...[
    '/;/online',
    '/online%09',
    '/online%0d%0aX-A:%20b',
    '/online#',
    '/online?',
    'http://localhost/online',
    '/online/\0',
  ],
];

/** At least one of these is beneath every spelling. */
const INNER = ['', '/log', '/api/rooms', '/dashboard.js'];

const ENDINGS = ['/', '/.', '/..;/', '%2f', '%00', ';a=b', '?x=/..', '//', '.json', '%20', '#'];

const ALL = [
  ...PLACES.map((place) => `/online${place}`),
  ...SPELLINGS.flatMap((spelling) => INNER.map((inner) => spelling + inner)),
  ...ENDINGS.flatMap((ending) => ['/online/log', '/online/api/rooms'].map((place) => place + ending)),
];

export const PATHS: readonly string[] = [...new Set(ALL)];

/** Headers that make some servers take a request for another, or for one from elsewhere. */
export const DISGUISES: readonly string[] = [
  ...['X-Original-URL: /online/log', 'X-Rewrite-URL: /online/log', 'X-Override-URL: /online/log'],
  ...['X-HTTP-Method-Override: GET', 'X-HTTP-Method: GET', 'X-Method-Override: GET', 'X-Forwarded-Prefix: /online'],
  ...['X-Forwarded-For: 127.0.0.1', 'X-Real-IP: 127.0.0.1', 'Forwarded: for=127.0.0.1', 'X-Client-IP: 127.0.0.1'],
  ...['X-Forwarded-Host: localhost', 'X-Forwarded-User: admin', 'Remote-User: admin', 'X-Remote-User: admin'],
  ...['Sec-Fetch-Site: same-origin', 'X-Custom-IP-Authorization: 127.0.0.1', 'Cookie: admin=1; session=1'],
  ...['Proxy-Authorization: Basic YWRtaW46YWRtaW4=', 'X-Authenticated: true', 'Upgrade: websocket', 'Range: bytes=0-9'],
];

export interface Said {
  readonly status: number;
  /** Headers and body. */
  readonly text: string;
}

/** Sends a request as it stands, whatever is wrong with it. The status is 0 when the server hangs up without a word. */
export function say(url: string, request: string): Promise<Said> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(request));
    let text = '';
    socket.setEncoding('latin1').on('data', (data: string) => {
      text += data;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? undefined : reject(error)));
    socket.on('close', () => resolve({ status: Number(text.slice(9, 12)), text }));
  });
}

export const lines = (method: string, path: string, headers: readonly string[] = ['Host: 127.0.0.1']): string =>
  [`${method} ${path} HTTP/1.1`, ...headers, 'Connection: close', '', ''].join('\r\n');
