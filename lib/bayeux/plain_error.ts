// An error of Redis's without its command: that may hold clientIds, which must not reach a log.

export const plainError = (error: unknown): Error => new Error(error instanceof Error ? error.message : String(error));
