/**
 * One end of a line between two threads. What is posted arrives at the other end in order, as a copy (structured
 * clone), in a later event; what is posted after the other end has closed is dropped.
 */
export interface MessagePort<Sent, Received> {
  /** Called once, before anything can arrive. */
  start(handler: MessageHandler<Received>): void;
  post(message: Sent): void;
  /** Closes both ends: here at once and without a call of `onClose`, there behind what was posted. */
  close(): void;
}

/** What a port tells its owner. */
export interface MessageHandler<Received> {
  onMessage(message: Received): void;
  /** The last call: the other end was closed, or its thread has ended. */
  onClose(): void;
}
