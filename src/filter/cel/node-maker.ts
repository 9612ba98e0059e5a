import type { Expression } from './ast.ts';
import { SyntaxProblem } from './syntax-error.ts';

/**
 * Hands on the nodes of an expression while it counts them and their height, so that whatever walks over the
 * tree, or is called along it, needs no bound of its own.
 */
export class NodeMaker {
  readonly #heights = new WeakMap<Expression, number>();
  readonly #limits: { readonly depthMax: number; readonly nodesMax: number };
  #count = 0;

  constructor(limits: { readonly depthMax: number; readonly nodesMax: number }) {
    this.#limits = limits;
  }

  /** `expression`, whose children are `children`. Throws `SyntaxProblem` where it is one too many, or too high. */
  node(expression: Expression, ...children: readonly Expression[]): Expression {
    const { depthMax, nodesMax } = this.#limits;
    if (++this.#count > nodesMax) {
      throw new SyntaxProblem(
        `it has more than ${nodesMax} values, names and operators`,
        expression.at,
      );
    }
    let height = 1;
    for (const child of children) height = Math.max(height, this.#heightOf(child) + 1);
    if (height > depthMax) {
      throw new SyntaxProblem(`it nests deeper than ${depthMax} levels`, expression.at);
    }
    this.#heights.set(expression, height);
    return expression;
  }

  #heightOf(child: Expression): number {
    return this.#heights.get(child) ?? 1;
  }
}
