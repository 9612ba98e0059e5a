import type { ConsumedRecord } from '../../client/client-records.ts';
import type { Consumer } from '../../client/consumer.ts';

/** Reads by `consumer` as `read` does, and closes it: afterwards, or as soon as `signal` aborts, which ends the reading. */
export async function readUntilClosed(
  consumer: Consumer,
  signal: AbortSignal,
  read: (records: AsyncIterable<readonly ConsumedRecord[]>) => Promise<void>,
): Promise<void> {
  const close = (): void => consumer.close();
  signal.addEventListener('abort', close, { once: true });
  try {
    await read(consumer.records());
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}
