/** What is wrong with an expression, and where: `at` is an index of its text. Thrown while it is compiled. */
export class SyntaxProblem extends Error {
  override readonly name = 'SyntaxProblem';
  readonly at: number;

  constructor(reason: string, at: number) {
    super(reason);
    this.at = at;
  }
}
