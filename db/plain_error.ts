// Errors without what Sequelize and Umzug hang on them: the connection's settings are there, and in them the password.

/** What may go wrong below an error: by `cause`, or as Sequelize calls it. */
interface Wrapped extends Error {
  readonly code?: unknown;
  readonly errno?: unknown;
  readonly original?: unknown;
}

/**
 * The same error, as it may be printed: name, message, stack, and the codes by which it is known, down to its causes. Of
 * what is no error, nothing but its text.
 */
export function plain(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const { name, message, stack, code, errno, original, cause } = error as Wrapped;
  const inner = original ?? cause;
  const copy = new Error(message, inner instanceof Error && inner !== error ? { cause: plain(inner) } : undefined);
  const codes = { ...(isCode(code) ? { code } : {}), ...(isCode(errno) ? { errno } : {}) };
  return Object.assign(copy, { name, ...(stack === undefined ? {} : { stack }) }, codes);
}

const isCode = (code: unknown): boolean => typeof code === 'string' || typeof code === 'number';
