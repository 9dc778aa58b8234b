// The forms with which the dashboard changes something: sending users away, and taking their tokens back.
import express, { type NextFunction, type Request, type Response, Router } from 'express';
import type { z } from 'zod';
import type { Channel, Uid } from '../domain.js';
import type { Answers } from './answers.js';
import { bodyOf, bodyRefusal } from './body.js';
import type { FormTokens } from './form_token.js';
import { createLinks } from './links.js';
import type { Settings } from './options.js';
import { type Params, readParams } from './params.js';
import { type Refusal, wantsJson } from './refusal.js';
import { baseOf } from './request.js';
import { foreignOrigin } from './same_origin.js';

interface Whom {
  readonly uid?: Uid;
  readonly room?: Channel;
}

interface Action {
  readonly name: 'kick' | 'revoke';
  readonly params: z.ZodType<Whom>;
  act(whom: Whom): Promise<object>;
}

const OLD: Refusal = {
  status: 403,
  message:
    'The form is too old, or is not from here. Load the page again and press the button once more. A program sends the ' +
    'page\'s <meta name="csrf-token"> as `token`, or in the header X-CSRF-Token.',
};
const NOT_DONE: Refusal = {
  status: 503,
  message: 'This could not be done now. Look whether it was, and try again.',
  headers: { 'Retry-After': '5' },
};
const ONLY_POST: Refusal = {
  status: 405,
  message: 'This changes something, so it is asked for with POST only.',
  headers: { Allow: 'POST' },
};

/** The addresses of the actions: behind the gate, for pages of ours only, and with a token of such a page. */
export function createForms(settings: Settings, params: Params, tokens: FormTokens, answers: Answers): Router {
  const router = Router();
  for (const action of actionsOf(settings, params)) {
    const path = `/api/${action.name}`;
    const act = (request: Request, response: Response) => answerAction(action, request, response);
    router.post(path, fromHere, express.urlencoded({ extended: false, limit: '16kb' }), express.json(), withToken, act);
    router.all(path, (request, response) => answers.refuse(request, response, ONLY_POST));
  }
  router.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    const refusal = bodyRefusal(error);
    return refusal ? answers.refuse(request, response, refusal) : next(error);
  });
  return router;

  function fromHere(request: Request, response: Response, next: NextFunction) {
    const refusal = foreignOrigin(request, settings.isOwnOrigin);
    return refusal ? answers.refuse(request, response, refusal) : next();
  }

  function withToken(request: Request, response: Response, next: NextFunction) {
    const token = request.get('x-csrf-token') ?? bodyOf(request).token;
    return tokens.fits(token, settings.now()) ? next() : answers.refuse(request, response, OLD);
  }

  async function answerAction({ params, act }: Action, request: Request, response: Response): Promise<void> {
    const read = readParams(params, bodyOf(request));
    if ('message' in read) return answers.refuse(request, response, { status: 400, ...read });
    const whom = read.data;
    const done = await answers.attempt(request, response, () => act(whom), NOT_DONE);
    if (!done) return;
    if (wantsJson(request)) return void response.type('json').send(JSON.stringify({ data: done }));
    response.redirect(303, pageOf(request, whom));
  }
}

function actionsOf({ actions }: Settings, params: Params): Action[] {
  const { kick, revoke } = actions;
  const found: Action[] = [];
  if (kick) {
    const act = async (whom: Whom) => ({
      ...whom,
      clients: await kick(whom.room ? { room: whom.room } : (whom.uid ?? '')),
    });
    found.push({ name: 'kick', params: params.kick, act });
  }
  if (revoke) {
    const act = async ({ uid = '' }: Whom) => {
      await revoke(uid);
      return { uid };
    };
    found.push({ name: 'revoke', params: params.revoke, act });
  }
  return found;
}

/** Where the button was. */
function pageOf(request: Request, { uid, room }: Whom): string {
  const to = createLinks(baseOf(request));
  return room === undefined ? to.user(uid ?? '') : to.room(room);
}
