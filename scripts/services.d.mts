// The types of services.mjs, for the tests.
interface Needed {
  readonly name: string;
  readonly packages: readonly string[];
  /** What else would do. */
  readonly or?: string;
}

/** The path of a program, or undefined. */
export function program(name: string): string | undefined;
/** What the tests need and is not there. */
export function missing(find?: (name: string) => string | undefined): readonly Needed[];
/** What has to be installed by hand, in words. */
export function advice(things: readonly Needed[]): string;
