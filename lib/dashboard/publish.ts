// Publishing from outside the process, by the site's own servers: not behind the login, but with a token of their own.
import express, { type NextFunction, type Request, type Response, Router } from 'express';
import { bodyOf, bodyRefusal } from './body.js';
import { headers } from './headers.js';
import type { Settings } from './options.js';
import { type Params, readParams } from './params.js';
import { questionIn, type Refusal, refusalJson } from './refusal.js';

export const PUBLISH = '/api/publish';
const BEARER = /^Bearer +([\w.~+/=-]+) *$/i;
const CHALLENGE = { 'WWW-Authenticate': 'Bearer realm="faye-online"' };

/** Behind the gate, for who is signed in but shows no token. */
export const NO_TOKEN: Refusal = {
  status: 401,
  message: 'Publishing from outside needs a server token: send it as Authorization: Bearer <token>.',
  headers: CHALLENGE,
};
const WRONG: Refusal = {
  status: 401,
  message: 'The token is wrong or too old. Make a new one: `npx faye-online token --server`.',
  headers: { 'WWW-Authenticate': 'Bearer realm="faye-online", error="invalid_token"' },
};
const AWAY: Refusal = {
  status: 503,
  message: 'This could not be published now. Try again.',
  headers: { 'Retry-After': '5' },
};
const NO_JSON: Refusal = { status: 415, message: 'Send JSON, with Content-Type: application/json.' };
const ONLY_POST: Refusal = { status: 405, message: 'Publish with POST.', headers: { Allow: 'POST' } };

/** For who shows a token: the address is there whether or not there is a dashboard. Others are passed on. */
export function createPublishing({ actions, publishBytes, onError }: Settings, params: Params): Router {
  const router = Router();
  const { publish, verifyServer } = actions;
  if (!publish || !verifyServer) return router;

  router.use(PUBLISH, (request, _response, next) =>
    next(BEARER.test(request.get('authorization') ?? '') ? undefined : 'router'),
  );
  router.use(PUBLISH, headers);
  router.post(PUBLISH, verified, inJson, express.json({ limit: publishBytes }), answer);
  router.all(PUBLISH, (_request, response) => refuse(response, ONLY_POST));
  router.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    const refusal = bodyRefusal(error);
    if (!refusal) return next(error);
    return refuse(response, refusal.status === 413 ? { ...refusal, message: TOO_LONG } : refusal);
  });
  const TOO_LONG = `The body is longer than ${publishBytes} bytes. Send less at once, or raise the option limits.bytes.`;
  return router;

  async function verified(request: Request, response: Response, next: NextFunction) {
    const [, token = ''] = BEARER.exec(request.get('authorization') ?? '') ?? [];
    try {
      // Called with nothing around it: the token goes nowhere else.
      const proof = await verifyServer?.(token);
      if (proof === true) return next();
      refuse(response, typeof proof === 'string' ? { ...WRONG, message: `The token ${proof}.` } : WRONG);
    } catch (error) {
      onError(error);
      refuse(response, AWAY);
    }
  }

  function inJson(request: Request, response: Response, next: NextFunction) {
    return request.is('application/json') ? next() : refuse(response, NO_JSON);
  }

  async function answer(request: Request, response: Response) {
    const read = readParams(params.publish, bodyOf(request));
    if ('message' in read) return refuse(response, { status: 400, ...read });
    const { channel, data } = read.data;
    try {
      await publish?.(channel, data);
      response.type('json').send(JSON.stringify({ data: { channel } }));
    } catch (failure) {
      const wrong = questionIn(failure);
      if (wrong) return refuse(response, wrong);
      if (failure instanceof TypeError) return refuse(response, { status: 400, field: 'data', message: NOT_SENDABLE });
      onError(failure);
      refuse(response, AWAY);
    }
  }
}

const NOT_SENDABLE = 'This cannot be published. Give a channel name such as /classes/4/chat, and data that is JSON.';

function refuse(response: Response, refusal: Refusal): void {
  response.status(refusal.status).set(refusal.headers ?? {});
  response.type('json').send(JSON.stringify(refusalJson(refusal)));
}
