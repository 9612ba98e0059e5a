import type { Problem } from '../../../src/admin/contract/session.ts';

/** Why a request came to nothing: the server's own sentence, or that it did not answer (`UNREACHABLE`, status 0). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly problem: Problem['error'];

  constructor(status: number, problem: Problem['error']) {
    super(problem.message);
    this.status = status;
    this.problem = problem;
  }
}

/** The refusal in the body of an answer, whatever that body is. */
export function problemOf(status: number, body: string): Problem['error'] {
  try {
    const parsed: unknown = JSON.parse(body);
    if (isProblem(parsed)) return parsed.error;
  } catch {
    // What stands between the page and the broker answers in its own words.
  }
  return { code: `HTTP_${status}`, message: `The broker answered with status ${status}.` };
}

/** Whether `value` is a refusal as the contract has it. */
export function isProblem(value: unknown): value is Problem {
  if (typeof value !== 'object' || value === null || !('error' in value)) return false;
  const { error } = value;
  return typeof error === 'object' && error !== null && 'message' in error && 'code' in error;
}

/** Anything that was thrown, as an error that can be shown. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new ApiError(0, { code: 'UNEXPECTED', message });
}
