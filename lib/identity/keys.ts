// The site's signing keys, as the option `secret` gives them: one, several, or a function that knows the present ones.
import { z } from 'zod';
import type { Millis } from '../domain.js';

/** A signing key. `kid` tells keys apart while one takes another's place. */
export interface TokenKey {
  /** 1–128 characters. Tokens that are signed with this key have it in their header. */
  readonly kid?: string;
  /** At least 32 bytes, taken as UTF-8 text. */
  readonly secret: string;
  /** From this instant on, nothing that was signed with this key is accepted. Default: never. */
  readonly notAfter?: Date | Millis;
}

/** Gives the present keys: from a vault, a file, a table. Asked again every few seconds, so it should be quick. */
export type SecretSource = () => string | readonly TokenKey[] | Promise<string | readonly TokenKey[]>;

/** What signs and checks tokens. The first key that is still valid signs, all that are valid are accepted. */
export type Secret = string | readonly TokenKey[] | SecretSource;

const BYTES = 32;
/** A token without kid is tried with every key without kid: that must cost little. */
const MOST = 20;

const strong = (otherwise: string) =>
  z.string(otherwise).refine((secret) => Buffer.byteLength(secret) >= BYTES, {
    error: `must have at least ${BYTES} bytes: make one with \`openssl rand -hex 32\``,
  });
const single = strong('must be a string, keys {kid, secret}, or a function that gives them');

const keySchema = z.strictObject(
  {
    kid: z
      .string('must be a string')
      .min(1, 'must not be empty')
      .max(128, 'must have at most 128 characters')
      .optional(),
    secret: strong('must be a string'),
    notAfter: z.union([z.date(), z.number()], { error: 'must be a Date, or milliseconds since the epoch' }).optional(),
  },
  'must be {secret}, with {kid, notAfter} if it has them, and nothing else',
);

const keysSchema = z
  .array(keySchema)
  .min(1, 'must have at least one key')
  .max(MOST, `must have at most ${MOST} keys`)
  .refine(haveTheirOwnNames, 'must have no two keys of one kid');

/** The option `secret`. What is wrong with it is told without repeating it. */
export const secretSchema = z.custom<Secret>().superRefine((secret, context) => {
  const issue = typeof secret === 'function' ? undefined : issueOf(secret);
  if (issue) context.addIssue({ code: 'custom', path: [...issue.path], message: issue.message });
});

/**
 * Reads what the option is, or what its function gave.
 * @throws TypeError naming the option and what is wrong, without the secret
 */
export function readKeys(secret: unknown): readonly TokenKey[] {
  const issue = issueOf(secret);
  if (issue) throw new TypeError(`option "${['secret', ...issue.path].join('.')}" ${issue.message}`);
  return typeof secret === 'string' ? [{ secret }] : (secret as readonly TokenKey[]);
}

const issueOf = (secret: unknown): z.core.$ZodIssue | undefined =>
  (Array.isArray(secret) ? keysSchema : single).safeParse(secret).error?.issues[0];

function haveTheirOwnNames(keys: readonly { kid?: string | undefined }[]): boolean {
  const kids = keys.flatMap(({ kid }) => kid ?? []);
  return new Set(kids).size === kids.length;
}
