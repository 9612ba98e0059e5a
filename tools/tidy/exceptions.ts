/** A file, or a function in it, that is longer than docs/STYLE.md has it. */
export interface LengthException {
  readonly path: string;
  /** The function; absent for the file as a whole. */
  readonly name?: string;
  /** As long as it may become. */
  readonly linesMax: number;
  /** Why it reads better in one piece. */
  readonly reason: string;
}

/** Every exception there is. */
export const lengthExceptions: readonly LengthException[] = [];
