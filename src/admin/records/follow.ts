import type { Client } from '../../client/client.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { NewPartitions } from './new-partitions.ts';
import { rangesOf, type Position } from './position.ts';
import { readerLimits } from './reader-limits.ts';
import { recordView } from './record-view.ts';
import type { SearchOptions } from './search-query.ts';
import type { SearchReport } from './search-report.ts';

/** Between two looks for new partitions. */
const lookEveryMs = 2000;

/** What a live tail is read by. */
export interface FollowModules {
  readonly client: Client;
  readonly report: SearchReport;
  readonly runtime: Pick<Runtime, 'timers'>;
  /** How many partitions the topic has now. */
  readonly partitionCount: () => number;
}

/**
 * Reports what comes, as it comes, until the client goes. With `isWhole` the topic's new partitions are followed too.
 * Rejects where it cannot begin, and once the topic is gone.
 */
export async function follow(
  { topic, partitions, isolation, decompressedBytesMax, shownBytesMax }: SearchOptions,
  { from, isWhole }: { readonly from: Position; readonly isWhole: boolean },
  { client, report, runtime, partitionCount }: FollowModules,
): Promise<void> {
  const consumer = await client.consumer({
    ...readerLimits,
    ranges: rangesOf(topic.name, partitions, from, undefined),
    isolation,
    decompressedBytesMax,
    giveUpAfterMs: 0,
  });
  const close = (): void => consumer.close();
  report.signal.addEventListener('abort', close, { once: true });
  const known = topic.partitions.length;
  const added = new NewPartitions(
    { topic: topic.name, known },
    { consumer, count: partitionCount },
  );
  let scanned = 0;
  let timer = runtime.timers.setTimer(lookEveryMs, look);
  function look(): void {
    if (isWhole) added.add().catch(() => {});
    timer = runtime.timers.setTimer(lookEveryMs, look);
  }
  try {
    await report.begin(() => ({ scanned, toScan: null }));
    for await (const records of consumer.records()) {
      for (const record of records) {
        if (report.slices.isOver) await report.slices.pause();
        scanned++;
        if (report.isWanted(record)) await report.found(recordView(record, shownBytesMax));
      }
      await report.flush();
    }
  } finally {
    runtime.timers.clearTimer(timer);
    report.signal.removeEventListener('abort', close);
    close();
  }
}
