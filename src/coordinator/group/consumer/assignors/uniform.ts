/**
 * The assignor `uniform`: members get equally many partitions, as far as their subscriptions allow, and as
 * few partitions as can be change hands.
 */
import { must } from '../../../../util/assert.ts';
import type { Partitions } from '../partitions.ts';
import type { AssignedGroup } from './assignor.ts';
import { balanceTopics } from './balance-topics.ts';
import { PartitionTable } from './partition-table.ts';

/** Assigns evenly. */
export function assignUniform(group: AssignedGroup): ReadonlyMap<string, Partitions> {
  if (group.members.length === 0) return new Map();
  const table = new PartitionTable(group);
  if (group.isHomogeneous) shareEqually(table);
  else {
    assignToLeastLoaded(table);
    balanceTopics(table);
  }
  return table.targets();
}

/**
 * Where all subscribe to the same, each gets the same share, and some one more. Those get it first that have
 * more than the share already, so that nothing moves that need not.
 */
function shareEqually(table: PartitionTable): void {
  const memberCount = table.memberCount;
  const least = Math.floor(table.partitionTotal / memberCount);
  let extra = table.partitionTotal % memberCount;
  const quotas: number[] = [];
  for (let member = 0; member < memberCount; member++) {
    const getsMore = extra > 0 && table.load(member) > least;
    if (getsMore) extra--;
    quotas.push(getsMore ? least + 1 : least);
  }
  for (let member = 0; extra > 0; member++) {
    if (quotas[member] !== least) continue;
    quotas[member] = least + 1;
    extra--;
  }
  quotas.forEach((quota, member) => table.shrink(member, quota));
  let member = 0;
  for (const topic of table.topics) {
    for (const partition of table.unassigned(topic)) {
      while (table.load(member) >= (quotas[member] ?? 0)) member++;
      table.assign(topic, partition, member);
    }
  }
}

/** Each partition that nobody has goes to that subscriber of its topic that has the fewest of all topics. */
function assignToLeastLoaded(table: PartitionTable): void {
  for (const topic of table.topics) {
    const partitions = table.unassigned(topic);
    if (partitions.length === 0) continue;
    const least = table.byLoad(topic.subscribers, 'least');
    for (const partition of partitions) {
      const member = must(least.first());
      table.assign(topic, partition, member);
      least.update(member);
    }
  }
}
