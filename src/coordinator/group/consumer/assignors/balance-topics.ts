import { must } from '../../../../util/assert.ts';
import type { PartitionTable, TableTopic } from './partition-table.ts';

/** Moving a partition of one topic may unbalance another: this often each is looked at. */
const roundsMax = 16;

/**
 * Moves partitions from members that have many to members that have few, topic by topic, until no move
 * helps: until nobody that has a partition of a topic has, of all topics, two more than another subscriber.
 */
export function balanceTopics(table: PartitionTable): void {
  const topics = table.topics.filter(({ subscribers }) => subscribers.length > 1);
  /** How many topics in a row had nothing to move. */
  let balanced = 0;
  for (let round = 0; round < roundsMax && balanced < topics.length; round++) {
    for (const topic of topics) {
      balanced = balanceTopic(table, topic) ? 0 : balanced + 1;
      if (balanced === topics.length) return;
    }
  }
}

/** Whether a partition was moved. */
function balanceTopic(table: PartitionTable, topic: TableTopic): boolean {
  if (!table.isUneven(topic.subscribers)) return false;
  const owned = partitionsByOwner(topic);
  const most = table.byLoad(owned.keys(), 'most');
  const least = table.byLoad(topic.subscribers, 'least');
  let moved = false;
  for (let from = most.first(); from !== undefined; from = most.first()) {
    const to = must(least.first());
    if (table.load(from) - table.load(to) < 2) return moved;
    const partition = owned.get(from)?.pop();
    if (partition === undefined) {
      // It has none of this topic left.
      most.drop();
      continue;
    }
    table.assign(topic, partition, to);
    most.update(from);
    least.update(from);
    least.update(to);
    moved = true;
  }
  return moved;
}

function partitionsByOwner({ owners }: TableTopic): Map<number, number[]> {
  const owned = new Map<number, number[]>();
  owners.forEach((owner, partition) => {
    const known = owned.get(owner);
    if (known === undefined) owned.set(owner, [partition]);
    else known.push(partition);
  });
  return owned;
}
