/** The tree as text. */
export function tree(): string;
/** CONTRIBUTING.md with the tree as it is now. */
export function contributing(): string;
