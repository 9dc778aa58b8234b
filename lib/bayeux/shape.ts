// Measures parsed JSON before anybody walks it recursively: how deep, how much, and no `__proto__` keys.
import type { Limits } from './limits.js';

/**
 * Checks nesting and size of a parsed JSON value without recursion, and removes own `__proto__` keys, which would
 * become prototypes when somebody copies the object.
 * @returns what is wrong, or null
 */
export function shapeError(root: unknown, limits: Pick<Limits, 'depth' | 'nodes'>): string | null {
  let level: object[] = isObject(root) ? [root] : [];
  let nodes = 1;
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > limits.depth) return `nested deeper than ${limits.depth}`;
    const next: object[] = [];
    for (const parent of level) {
      if (Object.hasOwn(parent, '__proto__')) Reflect.deleteProperty(parent, '__proto__');
      const children: unknown[] = Array.isArray(parent) ? parent : Object.values(parent);
      nodes += children.length;
      if (nodes > limits.nodes) return `more than ${limits.nodes} values`;
      for (const child of children) if (isObject(child)) next.push(child);
    }
    level = next;
  }
  return null;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
