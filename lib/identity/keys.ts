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

const strong = z.string({ error: 'must be a string' }).refine((secret) => Buffer.byteLength(secret) >= BYTES, {
  error: `must have at least ${BYTES} bytes: make one with \`openssl rand -hex 32\``,
});

const keySchema = z.strictObject({
  kid: z.string('must be a string').min(1, 'must not be empty').max(128, 'must have at most 128 characters').optional(),
  secret: strong,
  notAfter: z
    .union([z.date(), z.number()], { error: 'must be a Date, or milliseconds since the epoch' })
    .transform(Number)
    .optional(),
});

const keysSchema = z
  .array(keySchema)
  .min(1, 'must have at least one key')
  .max(MOST, `must have at most ${MOST} keys`)
  .refine(haveTheirOwnNames, 'must have no two keys of one kid');

const source = z.custom<SecretSource>((value) => typeof value === 'function', 'must be a function');
const explain = ({ input }: { readonly input?: unknown }): string =>
  Array.isArray(input)
    ? `must be keys {kid, secret}, each secret of at least ${BYTES} bytes`
    : `must have at least ${BYTES} bytes: make one with \`openssl rand -hex 32\``;

/** The option `secret`. What is wrong with it is told without repeating it. */
export const secretSchema = z.union([source, strong, keysSchema], { error: explain });
const givenSchema = z.union([strong, keysSchema], { error: explain });

/**
 * Reads what the option is, or what its function gave.
 * @throws TypeError naming the option and what is wrong, without the secret
 */
export function readKeys(secret: unknown): readonly TokenKey[] {
  const parsed = givenSchema.safeParse(secret);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new TypeError(`option "${['secret', ...(issue?.path ?? [])].join('.')}" ${issue?.message}`);
  }
  return typeof parsed.data === 'string' ? [{ secret: parsed.data }] : (parsed.data as readonly TokenKey[]);
}

function haveTheirOwnNames(keys: readonly { kid?: string | undefined }[]): boolean {
  const kids = keys.flatMap(({ kid }) => kid ?? []);
  return new Set(kids).size === kids.length;
}
