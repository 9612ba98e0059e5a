import type { Client } from '../client/client.ts';
import { comparePartitions, type TopicPartition } from '../client/group/topic-partition.ts';
import { findTopics, isMeant } from './topic-patterns.ts';
import { usageError } from './usage-error.ts';

/** What `--topic` of the group commands takes, for help. */
export const selectionHelp =
  'a topic, a pattern of topics, or TOPIC:PARTITIONS such as orders:0,2 or orders:4-7';

/** No topic has more. */
const partitionMax = 1_000_000;

/** A topic or a pattern, and which of its partitions are meant. */
interface Selection {
  readonly topic: string;
  /** Undefined for all that there are. */
  readonly partitions: readonly number[] | undefined;
  readonly text: string;
}

/**
 * The partitions that the values of `--topic` mean, by topic and partition. Throws `INVALID_ARGUMENT` for words
 * that make no sense and partitions that are not there, `UNKNOWN_TOPIC` for topics that are not.
 */
export async function selectPartitions(
  client: Client,
  texts: readonly string[],
): Promise<readonly TopicPartition[]> {
  const found = new Map<string, TopicPartition>();
  for (const { topic: name, partitions, text } of texts.map(parseSelection)) {
    for (const topic of await findTopics(client, [name])) {
      const count = topic.partitions.length;
      const numbers = partitions ?? topic.partitions.map(({ partition }) => partition);
      const missing = numbers.find((partition) => partition >= count);
      if (missing !== undefined) {
        const expected = `partitions from 0 to ${count - 1} of ${topic.name}`;
        throw usageError(`--topic ${text}: expected ${expected}.`, '--topic', expected);
      }
      for (const partition of numbers) {
        found.set(`${topic.name}-${partition}`, { topic: topic.name, partition });
      }
    }
  }
  return [...found.values()].toSorted(comparePartitions);
}

/**
 * Whether a partition is meant by the values of `--topic`, be it there or not. Throws `INVALID_ARGUMENT` for
 * words that make no sense.
 */
export function partitionFilter(texts: readonly string[]): (item: TopicPartition) => boolean {
  const selections = texts.map(parseSelection);
  return ({ topic, partition }) =>
    selections.some(
      (selection) =>
        isMeant(topic, [selection.topic]) && (selection.partitions?.includes(partition) ?? true),
    );
}

function parseSelection(text: string): Selection {
  const [, topic = '', list] = /^([^:]+)(?::(.*))?$/s.exec(text) ?? [];
  if (topic === '') throw notASelection(text);
  if (list === undefined) return { topic, partitions: undefined, text };
  return { topic, partitions: list.split(',').flatMap((part) => parseRange(part, text)), text };
}

function parseRange(part: string, text: string): readonly number[] {
  const [, first, last] = /^(\d{1,7})(?:-(\d{1,7}))?$/.exec(part.trim()) ?? [];
  const from = Number(first);
  const to = Number(last ?? first);
  if (first === undefined || to < from || to > partitionMax) throw notASelection(text);
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function notASelection(text: string): Error {
  return usageError(`--topic ${text}: expected ${selectionHelp}.`, '--topic', selectionHelp);
}
