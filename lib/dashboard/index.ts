// The dashboard: an Express application of its own, to be mounted anywhere. It reads and never writes.
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { createCheck } from './access.js';
import { Answers } from './answers.js';
import { type Asset, readAssets } from './files.js';
import { headers } from './headers.js';
import { type DashboardOptions, settle } from './options.js';
import { createPages } from './pages.js';
import { createParams } from './params.js';
import { type Check, refusalJson, wantsJson } from './refusal.js';
import { createRoutes, type Route } from './routes.js';

export type { Access } from './access.js';
export type { DashboardOptions } from './options.js';
export type { Status } from './status.js';

/**
 * Makes the dashboard.
 * @returns an application with its own views and settings, so that the host's stay as they are. With no `access` in
 * production it has no routes at all, and the host answers as if it were not mounted.
 * @throws TypeError that names the option and the remedy.
 */
export function createDashboard(options: DashboardOptions): Express {
  const settings = settle(options);
  const check = createCheck(settings);
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  if (!check) return app;

  const assets = readAssets();
  const answers = new Answers(settings, createPages(settings, assets));
  app.use(headers, passing(check), readOnly(answers));
  for (const asset of assets) app.get(`/${asset.name}`, serve(asset));
  for (const route of createRoutes(createParams(settings.timeZone))) addRoute(app, route, answers);
  app.use((request, response) => answers.refuse(request, response, NOT_FOUND));
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) =>
    answers.fail(request, response, error),
  );
  return app;
}

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
    if (wantsJson(request.path)) response.type('json').send(JSON.stringify(refusalJson(refusal)));
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
    const current = request.query.v === hash;
    response.set('Cache-Control', current ? 'private, max-age=31536000, immutable' : 'no-cache');
    response.type(type).send(body);
  };
}

function addRoute(app: Express, route: Route, answers: Answers): void {
  const answer = (request: Request, response: Response, next: NextFunction) => {
    if (route.needs && !request.query[route.needs]) return next();
    return answers.give(route, request, response);
  };
  for (const path of route.paths) {
    if (route.view) app.get(path, answer);
    app.get(`/api${path}`, answer);
  }
}
