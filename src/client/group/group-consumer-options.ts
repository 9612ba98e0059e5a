import { OdradekError } from '../../util/odradek-error.ts';
import type { ConsumerOptions } from '../consumer.ts';
import type { LogPosition } from '../start-positions.ts';
import { type AssignorName, assignorNames } from './assignors.ts';

/** How a member of a group reads. All times in milliseconds. */
export interface GroupConsumerOptions extends Pick<
  ConsumerOptions,
  | 'isolation'
  | 'mergeByTime'
  | 'maxWaitMs'
  | 'fetchBytesMax'
  | 'partitionBytesMax'
  | 'bufferBytesMax'
  | 'decompressedBytesMax'
  | 'giveUpAfterMs'
  | 'mayBeDeleted'
> {
  readonly groupId: string;
  /** Their names, or which names are meant: topics that come to be later are read as well. */
  readonly topics: readonly string[] | ((name: string) => boolean);
  /**
   * `classic`, unless given, shares partitions among the members by one of the `assignors`; by `consumer` the
   * coordinator does (KIP-848), and `sessionTimeoutMs` and `heartbeatIntervalMs` are its own.
   */
  readonly protocol?: 'classic' | 'consumer';
  /** Where to begin where the group has committed nothing; the beginning unless given. */
  readonly from?: LogPosition;
  /** Where to stop before, in each partition as it is when it is first assigned; undefined to go on for ever. */
  readonly until?: LogPosition | undefined;
  /**
   * Makes the member a static one (KIP-345): it keeps its partitions through a restart that is shorter than
   * the session timeout.
   */
  readonly instanceId?: string | undefined;
  /** What the member can share partitions by, the best liked first; range, round-robin and cooperative-sticky unless given. */
  readonly assignors?: readonly AssignorName[];
  /** A member that is not heard of for so long is none any more; 45,000 unless given. */
  readonly sessionTimeoutMs?: number;
  /** 3,000 unless given. */
  readonly heartbeatIntervalMs?: number;
  /** How long a batch of records may be dealt with, and how long a rebalance waits for that; 300,000 unless given. */
  readonly maxPollIntervalMs?: number;
  /** Between two commits of what was dealt with; 5,000 unless given, 0 for none but those asked for. */
  readonly autoCommitIntervalMs?: number;
  /** Between two looks for new topics and partitions; as the client's `metadataMaxAgeMs` unless given. */
  readonly topicsRefreshMs?: number;
}

/** All that the group is told of, with every default filled in. */
export interface GroupSettings {
  readonly groupId: string;
  readonly topics: readonly string[] | ((name: string) => boolean);
  readonly protocol: 'classic' | 'consumer';
  readonly from: LogPosition;
  readonly until: LogPosition | undefined;
  readonly instanceId: string | null;
  readonly assignors: readonly AssignorName[];
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly maxPollIntervalMs: number;
  readonly autoCommitIntervalMs: number;
  readonly topicsRefreshMs: number;
}

/** The settings with their defaults. Throws `INVALID_ARGUMENT` for an empty group id and for no assignor. */
export function resolveGroupSettings(
  options: GroupConsumerOptions,
  defaults: { readonly topicsRefreshMs: number },
): GroupSettings {
  const {
    groupId,
    assignors = ['range', 'roundrobin', 'RoundRobinAssigner', 'cooperative-sticky'],
  } = options;
  if (groupId === '') throw invalid('groupId', 'the id of a group');
  if (assignors.length === 0) throw invalid('assignors', `some of ${assignorNames.join(', ')}`);
  return {
    groupId,
    topics: options.topics,
    protocol: options.protocol ?? 'classic',
    from: options.from ?? { at: 'beginning' },
    until: options.until,
    instanceId: options.instanceId ?? null,
    assignors,
    sessionTimeoutMs: options.sessionTimeoutMs ?? 45_000,
    heartbeatIntervalMs: options.heartbeatIntervalMs ?? 3000,
    maxPollIntervalMs: options.maxPollIntervalMs ?? 300_000,
    autoCommitIntervalMs: options.autoCommitIntervalMs ?? 5000,
    topicsRefreshMs: options.topicsRefreshMs ?? defaults.topicsRefreshMs,
  };
}

function invalid(argument: string, expected: string): OdradekError {
  return new OdradekError(`${argument}: expected ${expected}`, {
    code: 'INVALID_ARGUMENT',
    argument,
    expected,
  });
}
