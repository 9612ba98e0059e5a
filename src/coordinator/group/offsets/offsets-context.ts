import type { TopicsView } from '../group-events.ts';
import type { GroupRecord } from '../group-records.ts';
import type { GroupSettings } from '../group-settings.ts';
import type { Group } from '../group.ts';
import type { OffsetTable } from './offset-table.ts';

/** What all that is about offsets goes by. */
export interface OffsetsContext {
  readonly offsets: OffsetTable;
  readonly groups: ReadonlyMap<string, Group>;
  readonly topics: TopicsView;
  readonly settings: () => GroupSettings;
}

/** A record that forgets an offset. */
export function offsetTombstone(group: string, topic: string, partition: number): GroupRecord {
  return { type: 'offsetCommit', key: { group, topic, partition }, value: null };
}

/** Records that forget all offsets of a group. */
export function tombstonesOfGroup(offsets: OffsetTable, groupId: string): GroupRecord[] {
  const records: GroupRecord[] = [];
  for (const [topic, ofTopic] of offsets.ofGroup(groupId)) {
    for (const [partition] of ofTopic.entries()) {
      records.push(offsetTombstone(groupId, topic, partition));
    }
  }
  return records;
}
