// What a request brings in its body, whoever read it: our parser or one of the host's that came first.
import type { Request } from 'express';
import type { Refusal } from './refusal.js';

/** The fields of a body; none when it is no object. */
export function bodyOf(request: Request): Readonly<Record<string, unknown>> {
  const body: unknown = request.body;
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : {};
}

const MESSAGES: Readonly<Record<number, string>> = {
  413: 'The body is too long. Send less.',
  415: 'The body is not in a form that is read here. Send JSON in UTF-8, with Content-Type: application/json.',
};

/** What is wrong with a body that the parser refused; null when the error is another. */
export function bodyRefusal(error: unknown): Refusal | null {
  const { status, type } = Object(error) as { status?: unknown; type?: unknown };
  if (typeof status !== 'number' || status < 400 || status > 499 || typeof type !== 'string') return null;
  return {
    status,
    message: MESSAGES[status] ?? 'The body cannot be read. Send JSON, with Content-Type: application/json.',
  };
}
