import { MessageChannel, type MessagePort as NodePort } from 'node:worker_threads';
import type { MessagePort } from '../message-port.ts';

/** One end of a line, which can be transferred to another thread before it is used. */
export type TransferablePort = NodePort;

/** The two ends of a line: one for this thread, the other to be transferred to another. */
export function createMessageChannel(): {
  readonly here: TransferablePort;
  readonly there: TransferablePort;
} {
  const { port1, port2 } = new MessageChannel();
  return { here: port1, there: port2 };
}

/** The end of a line that this thread has. With `unref` it does not keep the thread alive. */
export function nodeMessagePort<Sent, Received>(
  port: TransferablePort,
  options: { readonly unref: boolean },
): MessagePort<Sent, Received> {
  let isClosed = false;
  return {
    start({ onMessage, onClose }) {
      port.on('message', (message: Received) => {
        if (!isClosed) onMessage(message);
      });
      port.on('close', () => {
        if (!isClosed) onClose();
        isClosed = true;
      });
      if (options.unref) port.unref();
    },
    post: (message) => port.postMessage(message),
    close() {
      isClosed = true;
      port.close();
    },
  };
}
