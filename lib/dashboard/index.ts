// The dashboard: a router to be mounted anywhere. It shows things, and changes only what it is given functions for.
import { type NextFunction, type Request, type Response, Router } from 'express';
import { createCheck } from './access.js';
import { Answers, given } from './answers.js';
import { Exports } from './exports.js';
import { type Asset, readAssets } from './files.js';
import { createFormTokens } from './form_token.js';
import { createForms } from './forms.js';
import { headers } from './headers.js';
import { OPEN_WARNING } from './loopback.js';
import { type DashboardOptions, settle } from './options.js';
import { createPages } from './pages.js';
import { createParams } from './params.js';
import { createPublishing, NO_TOKEN, PUBLISH } from './publish.js';
import { type Check, refusalJson, wantsJson } from './refusal.js';
import { queryOf } from './request.js';
import { createRoutes, type Route } from './routes.js';

export type { Access } from './access.js';
export type { Actions } from './actions.js';
export type { DashboardOptions } from './options.js';
export type { Status } from './status.js';

/**
 * Makes the dashboard.
 * @returns a router that takes nothing over from the host's application. With no `access` in production it has no addresses
 * but, for who shows a server token, the one to publish at; else the host answers as if it were not mounted.
 * @throws TypeError that names the option and the remedy.
 */
export function createDashboard(options: DashboardOptions): Router {
  const settings = settle(options);
  const check = createCheck(settings);
  const params = createParams(settings);
  const router = Router();
  router.use(createPublishing(settings, params));
  if (!check) return router;
  if (settings.access === undefined) settings.warn(OPEN_WARNING);

  const assets = readAssets();
  const tokens = createFormTokens(settings.access, settings.formKey);
  const answers = new Answers(settings, createPages(settings, assets), tokens);
  const { publish, verifyServer } = settings.actions;
  router.use(headers, passing(check), createForms(settings, params, tokens, answers));
  if (publish && verifyServer) router.all(PUBLISH, (request, response) => answers.refuse(request, response, NO_TOKEN));
  router.use(readOnly(answers));
  if (settings.metrics) router.get('/metrics', serveMetrics(settings.metrics));
  for (const asset of assets) router.get(`/${asset.name}`, serve(asset));
  for (const route of createRoutes(params)) addRoute(router, route, answers);
  addFiles(router, new Exports(settings, params, answers));
  router.use((request, response) => answers.refuse(request, response, NOT_FOUND));
  router.use((error: unknown, request: Request, response: Response, _next: NextFunction) =>
    answers.fail(request, response, error),
  );
  return router;
}

const serveMetrics =
  (metrics: NonNullable<DashboardOptions['metrics']>) =>
  async (_request: Request, response: Response): Promise<void> => {
    response.type(metrics.type).send(await metrics.text());
  };

const NOT_FOUND = { status: 404, message: 'There is no such page. Go to the overview or to the login log.' };
const READ_ONLY = {
  status: 405,
  message: 'The dashboard only shows things. Ask with GET.',
  headers: { Allow: 'GET, HEAD' },
};

/** The one gate: pages, assets and JSON alike. What is told to strangers is plain text, without a page around it. */
function passing(check: Check) {
  return async (request: Request, response: Response, next: NextFunction) => {
    const refusal = await check(request);
    if (!refusal) return next();
    response.status(refusal.status).set(refusal.headers ?? {});
    if (wantsJson(request)) response.type('json').send(JSON.stringify(refusalJson(refusal)));
    else response.type('text').send(`${refusal.message}\n`);
  };
}

function readOnly(answers: Answers) {
  return (request: Request, response: Response, next: NextFunction) => {
    if (request.method === 'GET' || request.method === 'HEAD') return next();
    return answers.refuse(request, response, READ_ONLY);
  };
}

/** A browser keeps a file for good when it asked for it by its hash; otherwise it asks again. */
function serve({ type, body, hash }: Asset) {
  return (request: Request, response: Response) => {
    const current = queryOf(request).v === hash;
    response.set('Cache-Control', current ? 'private, max-age=31536000, immutable' : 'no-cache');
    response.type(type).send(body);
  };
}

function addRoute(router: Router, route: Route, answers: Answers): void {
  const answer = (request: Request, response: Response, next: NextFunction) => {
    if (route.needs && !queryOf(request)[route.needs]) return next();
    return answers.give(route, request, response);
  };
  for (const path of route.paths) {
    if (route.view) router.get(path, answer);
    router.get(`/api${path}`, answer);
  }
}

function addFiles(router: Router, files: Exports): void {
  for (const name of files.names) {
    router.get(`/${name}.csv`, (request, response) => files.give(name, given(request), request, response));
  }
}
