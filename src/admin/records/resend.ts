import type { ConsumedRecord } from '../../client/client-records.ts';
import type { Client } from '../../client/client.ts';
import { isError } from '../../util/is-error.ts';
import type { PublishResult } from '../contract/messages.ts';
import { publishProblem, type Published, type Publisher } from './publisher.ts';
import { noRecord, readRecords, type ReadLimits, type RecordPlace } from './read-record.ts';

/** What is copied where. */
export interface ResendOptions extends ReadLimits {
  readonly topic: string;
  readonly records: readonly RecordPlace[];
  readonly to: string;
  readonly keepPartition: boolean;
  readonly keepTimestamp: boolean;
}

/**
 * Writes copies of chosen records, keys, headers and all: those of a partition in the order in which they were
 * chosen. One of each partition is in memory at a time. Rejects where nothing can be read.
 */
export async function resend(
  options: ResendOptions,
  modules: { readonly client: Client; readonly publisher: Publisher },
): Promise<PublishResult> {
  const { topic, records } = options;
  const results: PublishResult['results'][number][] = [];
  for (const round of roundsOf(records)) {
    const places = round.map(({ place }) => place);
    const found = await readRecords(modules.client, topic, places, options);
    const byPartition = new Map(found.map((record) => [record.partition, record]));
    const copies = round.flatMap(({ place }) => byPartition.get(place.partition) ?? []);
    const outgoing = copies.map((record) => copyOf(record, options));
    const published = await modules.publisher.publish(outgoing, 'all');
    const outcomes = new Map(copies.map(({ partition }, index) => [partition, published[index]]));
    for (const { index, place } of round) {
      results[index] = resultOf(outcomes.get(place.partition), topic, place);
    }
  }
  return { results };
}

interface Chosen {
  readonly index: number;
  readonly place: RecordPlace;
}

/** The first that was chosen of each partition, then the second of each, and so on. */
function roundsOf(places: readonly RecordPlace[]): readonly (readonly Chosen[])[] {
  const rounds: Chosen[][] = [];
  const counts = new Map<number, number>();
  for (const [index, place] of places.entries()) {
    const round = counts.get(place.partition) ?? 0;
    counts.set(place.partition, round + 1);
    (rounds[round] ??= []).push({ index, place });
  }
  return rounds;
}

function copyOf(record: ConsumedRecord, { to, keepPartition, keepTimestamp }: ResendOptions) {
  const { key, value, headers, partition, timestampMs } = record;
  return {
    topic: to,
    key,
    value,
    headers,
    ...(keepPartition ? { partition } : {}),
    ...(keepTimestamp ? { timestampMs } : {}),
  };
}

function resultOf(
  outcome: Published | undefined,
  topic: string,
  place: RecordPlace,
): PublishResult['results'][number] {
  if (outcome === undefined) return { error: noRecord(topic, place).details };
  if (isError(outcome)) return { error: publishProblem(outcome).error };
  const { partition, offset, timestampMs: timestamp } = outcome;
  return { partition, offset, timestamp };
}
