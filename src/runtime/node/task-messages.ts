import type { ErrorImage } from '../../util/error-image.ts';

/** From the broker's thread: start a task. */
export interface TaskRequest {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}

/** From the worker: how it ended. */
export type TaskReply =
  | { readonly id: number; readonly output: unknown }
  | { readonly id: number; readonly error: ErrorImage };
