import { assert } from '../util/assert.ts';

/** Most bytes in the name of a directory; Kafka's own bound, which every file system keeps. */
const directoryNameBytesMax = 255;

/**
 * What the name of a directory below a log directory says.
 *
 * - `partition`: `<topic>-<partition>`, a log that is in use.
 * - `deleted`: `<topic>-<partition>.<id>-delete`, a log whose files may be removed. The topic may have been
 *   cut short.
 * - `future`, `stray`: `…-future` (a replica being moved between directories) and `…-stray` (a log that the
 *   cluster no longer knew). Apache Kafka makes them; they are kept and not opened.
 * - `other`: nothing that is ours.
 */
export type PartitionDirectoryName =
  | { readonly kind: 'partition'; readonly topic: string; readonly partition: number }
  | { readonly kind: 'deleted' | 'future' | 'stray' | 'other' };

const suffixed = /^\S+-\S+\.\S+-(delete|future|stray)$/;
const legalTopic = /^[a-zA-Z0-9._-]{1,249}$/;
const partitionNumber = /^(?:0|[1-9][0-9]{0,9})$/;

/** The name of the directory of a partition: `orders-0`. */
export function partitionDirectoryName(topic: string, partition: number): string {
  return `${topic}-${partition}`;
}

/** Reads the name of a directory, as Apache Kafka does (`LogManager`, `UnifiedLog`). */
export function parsePartitionDirectoryName(name: string): PartitionDirectoryName {
  const suffix = suffixed.exec(name)?.[1];
  if (suffix === 'delete') return { kind: 'deleted' };
  if (suffix === 'future' || suffix === 'stray') return { kind: suffix };
  const dash = name.lastIndexOf('-');
  const topic = name.slice(0, Math.max(dash, 0));
  const number = name.slice(dash + 1);
  if (!legalTopic.test(topic) || !partitionNumber.test(number)) return { kind: 'other' };
  const partition = Number(number);
  if (partition > 0x7fff_ffff) return { kind: 'other' };
  return { kind: 'partition', topic, partition };
}

/**
 * The name that a partition's directory gets when it is deleted, never over 255 bytes: a long topic is cut.
 * `uniqueId` is 32 hexadecimal digits, so that no two are alike.
 */
export function deletedDirectoryName(topic: string, partition: number, uniqueId: string): string {
  return renamedDirectoryName(topic, partition, uniqueId, 'delete');
}

/** The same for a partition that the cluster does not know: its files are kept until a person decides. */
export function strayDirectoryName(topic: string, partition: number, uniqueId: string): string {
  return renamedDirectoryName(topic, partition, uniqueId, 'stray');
}

function renamedDirectoryName(
  topic: string,
  partition: number,
  uniqueId: string,
  kind: 'delete' | 'stray',
): string {
  assert(/^[0-9a-f]{32}$/.test(uniqueId), 'a unique id is 32 hexadecimal digits');
  const tail = `-${partition}.${uniqueId}-${kind}`;
  return topic.slice(0, directoryNameBytesMax - tail.length) + tail;
}
