import { Failure, noSuchOverload } from './values.ts';
import type { Evaluate, Outcome } from './values.ts';

/** What an outcome that should have been a bool comes to. */
export function asFailure(outcome: Outcome): Failure {
  return outcome instanceof Failure ? outcome : noSuchOverload;
}

/**
 * `&&`: false where one operand is, whatever the others come to; else the first failure; else true.
 * HOT: bench=filter
 */
export function allOf(operands: readonly Evaluate[]): Evaluate {
  return untilDecided(operands, false);
}

/** `||`: true where one operand is, whatever the others come to; else the first failure; else false. */
export function anyOf(operands: readonly Evaluate[]): Evaluate {
  return untilDecided(operands, true);
}

function untilDecided(operands: readonly Evaluate[], decisive: boolean): Evaluate {
  const [first, second] = operands;
  const other = !decisive;
  if (first !== undefined && second !== undefined && operands.length === 2) {
    return () => {
      const left = first();
      if (left === decisive) return decisive;
      const right = second();
      if (right === decisive) return decisive;
      if (left !== other) return asFailure(left);
      return right === other ? other : asFailure(right);
    };
  }
  return () => {
    let failure: Failure | undefined;
    for (let i = 0; i < operands.length; i++) {
      const outcome = (operands[i] as Evaluate)();
      if (outcome === decisive) return decisive;
      if (outcome !== other) failure ??= asFailure(outcome);
    }
    return failure ?? other;
  };
}

/** `condition ? yes : no`, of which only one is evaluated. */
export function conditional(condition: Evaluate, yes: Evaluate, no: Evaluate): Evaluate {
  return () => {
    const holds = condition();
    if (holds === true) return yes();
    return holds === false ? no() : asFailure(holds);
  };
}
