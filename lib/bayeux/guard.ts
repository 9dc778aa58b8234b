// The guard: Faye never sees raw input. Text is parsed, measured, and rebuilt from the fields that Bayeux knows.
import { z } from 'zod';
import type { Message, Reply } from './faye.js';
import { LIMITS, type Limits } from './limits.js';
import { shapeError } from './shape.js';

/** A message as it may go on: rebuilt, with what it claims of its sender apart from what Faye will route. */
export interface Guarded {
  readonly message: Message;
  /** `message.auth` as sent, measured but not believed. */
  readonly auth: unknown;
}

/** A message that may not go on, and the reply that says why. */
export interface Refused {
  readonly refusal: Reply;
}

/** The whole body or frame is unusable. `status` is HTTP's; a WebSocket gets the text as a Bayeux error. */
export class BadRequest extends Error {
  constructor(
    readonly status: 400 | 408 | 413 | 415,
    message: string,
  ) {
    super(message);
    this.name = 'BadRequest';
  }
}

/** EventSource and JSONP are off: they put clientIds into URLs. */
export const TRANSPORTS = ['websocket', 'long-polling'] as const;

export type Guard = (body: unknown) => (Guarded | Refused)[];

/** `<code>:<argument>:<text>`, of the characters that Bayeux has for errors: clients do not parse others. */
export const bayeuxError = (code: number, argument: string, text: string): string =>
  `${code}:${errorText(argument)}:${errorText(text)}`;

/** The pause of a colon stays one: what is wrong stands before it, what to do behind. */
const errorText = (text: string): string =>
  text
    .slice(0, 200)
    .replace(/[{[]/g, '(')
    .replace(/[}\]]/g, ')')
    .replace(/[:;] /g, ' - ')
    .replace(/[^0-9A-Za-z\-_!~()$@ /*.]+/g, ' ')
    .replace(/ {2,}/g, ' ')
    .slice(0, 200);

/** What nobody expected: it was told to the host. */
export const BROKEN = 'Internal server error: the log of the server says more';
export const broken = (channel = 'message'): string => bayeuxError(500, channel, BROKEN);

/** Makes a guard for parsed JSON: `guard(JSON.parse(text))`. Throws BadRequest when nothing can be answered per message. */
export function createGuard(limits: Limits = LIMITS): Guard {
  const schemas = messageSchemas(limits);
  return (body) => {
    const batch = Array.isArray(body) ? body : [body];
    if (batch.length > limits.batch) {
      throw new BadRequest(
        400,
        `at most ${limits.batch} messages in one request (limits.batch); got ${batch.length}: send fewer`,
      );
    }
    return batch.map((raw) => rebuild(raw, limits, schemas));
  };
}

/** Parses text into JSON. Errors say what was expected; they never repeat the input. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadRequest(
      400,
      'not JSON: send a Bayeux message or an array of messages, in UTF-8 and without Content-Encoding',
    );
  }
}

function rebuild(raw: unknown, limits: Limits, schemas: Schemas): Guarded | Refused {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    return { refusal: refuse({}, bayeuxError(400, 'message', 'A message must be a JSON object')) };
  }
  const tooMuch = shapeError(raw, limits);
  if (tooMuch)
    return {
      refusal: refuse(
        {},
        bayeuxError(
          400,
          'message',
          `The message is ${tooMuch}: send less in one, or raise limits.depth or limits.nodes`,
        ),
      ),
    };
  const { channel } = raw as { channel?: unknown };
  const schema = schemas.byChannel.get(channel) ?? schemas.publish;
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    const head = schemas.head.safeParse(raw);
    return { refusal: refuse(head.data ?? {}, schemaError(head.error ?? parsed.error)) };
  }
  const message = present(parsed.data);
  const stranger = message.supportedConnectionTypes?.every((type) => !isTransport(type));
  if (stranger) return { refusal: { ...refuse(message, NO_TRANSPORT), supportedConnectionTypes: [...TRANSPORTS] } };
  return { message, auth: (raw as { auth?: unknown }).auth };
}

const isTransport = (type: string): boolean => TRANSPORTS.some((transport) => transport === type);
const NO_TRANSPORT = bayeuxError(301, 'supportedConnectionTypes', `must have one of ${TRANSPORTS.join(' ')}`);

/** A refusal as a reply to a message: what names it is echoed, so that the sender can tell which message it was. */
export function refuse(message: Partial<Message>, error: string, advice?: Reply['advice']): Reply {
  const { channel, id, clientId, subscription } = message;
  return present({ channel, id, clientId, subscription, successful: false, error, advice }) as Reply;
}

/** Without the fields that are undefined. */
function present<T extends object>(object: T): Message & T {
  for (const key of Object.keys(object) as (keyof T)[]) if (object[key] === undefined) delete object[key];
  return object as Message & T;
}

/** Bayeux error codes by field; 402 for the rest. */
const CODES: Record<string, number> = { channel: 405, subscription: 405, connectionType: 301 };

function schemaError(error: z.ZodError): string {
  const issue = error.issues[0];
  const field = issue?.path.join('.') || 'message';
  const code = CODES[field.split('.')[0] ?? ''] ?? 402;
  return bayeuxError(code, field, issue?.message ?? 'Bad request');
}

type Schemas = ReturnType<typeof messageSchemas>;

function messageSchemas(limits: Limits) {
  const text = (max: number, what: string) =>
    z
      .string({ error: `${what} must be a string` })
      .min(1, `${what} is empty`)
      .max(max, `${what} is longer than ${max}`);
  const channel = text(256, 'channel').regex(/^\/[\x21-\x7e]*$/, 'channel must begin with / and hold no spaces');
  const id = z.union([text(limits.id, 'id'), z.number()], {
    error: `id must be a number or a string of at most ${limits.id} characters (limits.id)`,
  });
  const clientId = text(64, 'clientId').regex(/^[0-9A-Za-z_-]+$/, 'clientId must be the one of the handshake reply');
  const base = { channel, id: id.optional() };
  const ofClient = { ...base, clientId };
  const types = z
    .array(text(32, 'connection type'), { error: 'supportedConnectionTypes must be an array' })
    .max(16, 'supportedConnectionTypes must have at most 16 entries');
  const connectionType = z.enum(TRANSPORTS, { error: `connectionType must be one of ${TRANSPORTS.join(', ')}` });
  const subscription = z.union([channel, z.array(channel).min(1).max(limits.subscriptions)], {
    error: `subscription must be a channel, or at most ${limits.subscriptions} of them`,
  });
  const advice = z
    .object({ timeout: z.number().min(0).optional().catch(undefined) })
    .optional()
    .catch(undefined);
  const data = z.custom<unknown>((value) => value !== undefined, 'data is missing');
  return {
    head: z.object({ channel, id: id.optional().catch(undefined), clientId: clientId.optional().catch(undefined) }),
    publish: z.object({ ...base, clientId: clientId.optional(), data }),
    byChannel: new Map<unknown, z.ZodType<Message>>(
      Object.entries({
        '/meta/handshake': z.object({
          ...base,
          version: z
            .string({ error: 'version must be a string: send 1.0' })
            .min(1, 'version is empty: send 1.0')
            .max(16, 'version is longer than 16: send 1.0'),
          minimumVersion: text(16, 'minimumVersion').optional(),
          supportedConnectionTypes: types,
        }),
        '/meta/connect': z.object({ ...ofClient, connectionType, advice }),
        '/meta/subscribe': z.object({ ...ofClient, subscription }),
        '/meta/unsubscribe': z.object({ ...ofClient, subscription }),
        '/meta/disconnect': z.object(ofClient),
      }),
    ),
  };
}
