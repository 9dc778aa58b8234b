// An error of Redis's without its command: that may hold clientIds, which must not reach a log.

/** The same message and name (`ReplyError`: Redis said so), and nothing else. */
export function plainError(error: unknown): Error {
  const plain = new Error(error instanceof Error ? error.message : String(error));
  if (error instanceof Error) plain.name = error.name;
  return plain;
}
