import type { MessagePort } from '../../runtime/message-port.ts';
import type { ErrorImage } from '../../util/error-image.ts';
import type { Change, Compare, StoreChange } from '../store.ts';

/** What a store in another thread is asked; each is answered under its `id`. */
export type StoreRequest =
  | { readonly kind: 'read'; readonly prefix: string }
  | {
      readonly kind: 'commit';
      readonly compares: readonly Compare[];
      readonly changes: readonly Change[];
    }
  | { readonly kind: 'lease'; readonly ttlMs: number }
  | { readonly kind: 'renew'; readonly leaseId: string }
  | { readonly kind: 'revoke'; readonly leaseId: string };

/** To the thread that has the store. A watch has an id of its own. */
export type ToStore =
  | { readonly kind: 'ask'; readonly id: number; readonly request: StoreRequest }
  | {
      readonly kind: 'watch';
      readonly id: number;
      readonly prefix: string;
      readonly fromRevision: number;
    }
  | { readonly kind: 'close watch'; readonly id: number };

/** From it. */
export type FromStore =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly error: ErrorImage }
  | {
      readonly kind: 'committed';
      readonly id: number;
      readonly revision: number;
      readonly changes: readonly StoreChange[];
    }
  | { readonly kind: 'compacted'; readonly id: number };

/** The end of the line that asks. */
export type AskingPort = MessagePort<ToStore, FromStore>;

/** The end of the line that answers. */
export type AnsweringPort = MessagePort<FromStore, ToStore>;

/** What a lease is, and after each renewal. */
export interface LeaseAnswer {
  readonly id: string;
  readonly ttlMs: number;
  /** False where it is gone. */
  readonly isThere: boolean;
}
