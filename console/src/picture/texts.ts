/** Short words for the picture. Pure. */
import { exact, perSecond } from '../ui/figures.ts';
import type { SceneMember, ScenePartition } from './scene.ts';

/** `orders 0–2, payments 1`: the partitions that a member owns. */
export function ownedText(partitions: SceneMember['partitions']): string {
  if (partitions.length === 0) return 'no partitions';
  const byTopic = new Map<string, number[]>();
  for (const { topic, partition } of partitions) {
    const list = byTopic.get(topic);
    if (list === undefined) byTopic.set(topic, [partition]);
    else list.push(partition);
  }
  return [...byTopic].map(([topic, list]) => `${topic} ${rangesText(list)}`).join(', ');
}

/** `0–2, 5` */
export function rangesText(numbers: readonly number[]): string {
  const ranges: { first: number; last: number }[] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const range = ranges.at(-1);
    if (range !== undefined && number === range.last + 1) range.last = number;
    else ranges.push({ first: number, last: number });
  }
  return ranges
    .map(({ first, last }) =>
      first === last ? String(first) : `${first}${last === first + 1 ? ', ' : '–'}${last}`,
    )
    .join(', ');
}

/** All that a partition's line shows, in words. */
export function partitionText(topic: string, one: ScenePartition): string {
  const by = (role: string): string =>
    rangesText(one.replicas.filter((replica) => replica.role === role).map(({ nodeId }) => nodeId));
  const parts = [
    one.leader === -1 ? 'no leader' : `leader: broker ${one.leader} (epoch ${one.leaderEpoch})`,
    ...(['in-sync', 'lagging', 'offline'] as const).flatMap((role) =>
      by(role) === '' ? [] : [`${role}: ${by(role)}`],
    ),
    ...(one.messages === null ? [] : [`${exact(one.messages)} messages`]),
    perSecond(one.messagesPerSecond),
  ];
  return `${topic}-${one.index} · ${parts.join(' · ')}`;
}
