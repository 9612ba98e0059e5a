import type { Decision } from '../../coordinator.ts';
import type { GroupRecord } from '../group-records.ts';
import type { ClassicGroup } from './classic-group.ts';

/** What consumer groups ask of the classic ones as a group becomes one of theirs. */
export interface ClassicConversions {
  /** A group is a consumer group now: whoever waits is to join again. */
  leftClassic(group: ClassicGroup): Decision<GroupRecord>;
}
