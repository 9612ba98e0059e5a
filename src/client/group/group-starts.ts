import { hasCode } from '../../util/odradek-error.ts';
import type { Cluster } from '../cluster.ts';
import { type IsolationLevel, listOffsets, offsetSpecs } from '../list-offsets.ts';
import {
  type LogPosition,
  type OffsetRange,
  type PartitionRange,
  resolveRanges,
} from '../start-positions.ts';
import type { GroupCoordinators } from './group-coordinators.ts';
import { fetchOffsets } from './group-offsets.ts';
import { partitionKey, type TopicPartition } from './topic-partition.ts';

/** Where a member begins. */
export interface GroupStartsOptions {
  readonly groupId: string;
  /** Where nothing is committed. */
  readonly from: LogPosition;
  readonly until: LogPosition | undefined;
  readonly isolation: IsolationLevel;
  /** Whether a topic may go without ending the reading. */
  readonly mayBeDeleted: (topic: string) => boolean;
}

/** Finds where the partitions that a member is assigned are read from, and where they end. */
export class GroupStarts {
  readonly #options: GroupStartsOptions;
  readonly #cluster: Cluster;
  readonly #coordinators: GroupCoordinators;
  /** The ends as they were when a partition was first assigned: they hold when it comes back. */
  readonly #ends = new Map<string, number>();

  constructor(
    options: GroupStartsOptions,
    modules: { cluster: Cluster; coordinators: GroupCoordinators },
  ) {
    this.#options = options;
    this.#cluster = modules.cluster;
    this.#coordinators = modules.coordinators;
  }

  /**
   * From what is committed on, else from `from`; also where what is committed lies behind the end of the log,
   * which then is another log than the one that was read. Partitions of a topic that may be deleted and was
   * are left out. Fails as `fetchOffsets` and `resolveRanges` do.
   */
  async of(partitions: readonly TopicPartition[]): Promise<readonly OffsetRange[]> {
    if (partitions.length === 0) return [];
    const { groupId } = this.#options;
    const committed = await this.#cluster.retrying(`OffsetFetch of group ${groupId}`, () =>
      fetchOffsets(this.#coordinators, groupId, { partitions, requireStable: true }),
    );
    const offsets = new Map(committed.map((item) => [partitionKey(item), item.offset]));
    const ranges = partitions.map((item) => this.#rangeOf(item, offsets.get(partitionKey(item))));
    const resolved = await this.#checked(await this.#resolved(ranges));
    for (const range of resolved) {
      if (range.endOffset !== undefined) this.#ends.set(partitionKey(range), range.endOffset);
    }
    return resolved;
  }

  #rangeOf(item: TopicPartition, committed: number | undefined): PartitionRange {
    const { from, until } = this.#options;
    const end = this.#ends.get(partitionKey(item));
    return {
      ...item,
      from: committed === undefined ? from : { at: 'offset', offset: committed },
      until: end === undefined ? until : { at: 'offset', offset: end },
    };
  }

  async #resolved(ranges: readonly PartitionRange[]): Promise<readonly OffsetRange[]> {
    const { isolation, mayBeDeleted } = this.#options;
    let left = ranges;
    for (;;) {
      try {
        return await resolveRanges(this.#cluster, left, { isolation, waits: false });
      } catch (error) {
        if (!hasCode(error, 'UNKNOWN_TOPIC') || !mayBeDeleted(error.details.topic)) throw error;
        const gone = error.details.topic;
        left = left.filter(({ topic }) => topic !== gone);
      }
    }
  }

  /** Begins anew in those whose start lies behind the end of the log. */
  async #checked(ranges: readonly OffsetRange[]): Promise<readonly OffsetRange[]> {
    const suspects = ranges.filter(({ fetchOffset, startOffset }) => fetchOffset < startOffset);
    if (suspects.length === 0) return ranges;
    // Behind the last stable offset is not behind the end.
    const ends = await listOffsets(
      this.#cluster,
      suspects.map(({ topic, partition }) => ({
        topic,
        partition,
        timestampMs: offsetSpecs.latest,
      })),
    );
    const endOf = new Map(ends.map((end) => [partitionKey(end), end.offset]));
    const lost = suspects.filter(
      (range) => range.startOffset > (endOf.get(partitionKey(range)) ?? 0),
    );
    const again = await this.#resolved(lost.map((range) => this.#rangeOf(plain(range), undefined)));
    const anew = new Map(again.map((range) => [partitionKey(range), range]));
    return ranges.map(
      (range) => anew.get(partitionKey(range)) ?? { ...range, fetchOffset: range.startOffset },
    );
  }
}

function plain({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition };
}
