import type { BrokerFiguresResponse } from '../../protocol/messages/broker-figures.ts';
import type { GroupOffset, MemberFigures } from '../contract/picture.ts';
import { known } from './broker-figures.ts';
import type { Logs } from './logs.ts';

/** By what lags in time are told. */
export interface PositionContext {
  /** Monotonic, and wall-clock time. */
  readonly nowMs: number;
  readonly wallMs: number;
  /** Where the group stood a moment before, and when that was. */
  readonly before: readonly GroupOffset[];
  readonly beforeMs: number;
}

interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly committed: number | null;
  /** Where it goes on: behind what is committed where that says less than what its owner has fetched. */
  readonly reached: number | null;
}

/** A member that fetched no longer ago reads. */
const readsMs = 10_000;

/** Where a group stands in each partition that it has committed something for or that a member owns. */
export function positionsOf(
  { offsets }: Pick<BrokerFiguresResponse['groups'][number], 'offsets'>,
  members: readonly MemberFigures[],
  logs: Logs,
  context: PositionContext,
): GroupOffset[] {
  const found = new Map<string, Omit<Position, 'reached'>>();
  for (const { topic, partitions } of offsets) {
    for (const { partition, committedOffset } of partitions) {
      found.set(`${topic}/${partition}`, { topic, partition, committed: known(committedOffset) });
    }
  }
  const owners = new Map<string, MemberFigures>();
  for (const member of members) {
    for (const { topic, partition } of member.partitions) {
      const key = `${topic}/${partition}`;
      owners.set(key, member);
      if (!found.has(key)) found.set(key, { topic, partition, committed: null });
    }
  }
  const before = new Map(context.before.map((one) => [`${one.topic}/${one.partition}`, one]));
  return [...found]
    .map(([key, position]) => {
      const owner = owners.get(key);
      const reached = reachedBy(owner, position, logs, context);
      return {
        ...positionOf({ ...position, reached }, before.get(key), logs, context),
        memberId: owner?.memberId ?? null,
      };
    })
    .toSorted((a, b) =>
      a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1,
    );
}

/**
 * Behind the last match of a filtered topic nothing is left to commit for many clients, however far they have read:
 * there a position is what the owner fetches from.
 */
function reachedBy(
  owner: MemberFigures | undefined,
  { topic, partition, committed }: Omit<Position, 'reached'>,
  logs: Logs,
  { nowMs }: PositionContext,
): number | null {
  if (owner === undefined || !logs.isFiltered(topic)) return committed;
  const fetch = logs.fetchOf(owner, topic, partition, nowMs);
  if (fetch === undefined || fetch.agoMs >= readsMs) return committed;
  return Math.max(committed ?? 0, fetch.fetchOffset);
}

function positionOf(
  position: Position,
  before: GroupOffset | undefined,
  logs: Logs,
  context: PositionContext,
): Omit<GroupOffset, 'memberId'> {
  const { topic, partition, committed, reached } = position;
  const log = logs.get(topic, partition)?.partition;
  const lag = lagOf(reached, log);
  return {
    topic,
    partition,
    committedOffset: committed,
    logStartOffset: log?.logStartOffset ?? null,
    highWatermark: log?.highWatermark ?? null,
    lag,
    lagSeconds: lag === null || lag === 0 ? lag : unreadSeconds(position, before, logs, context),
  };
}

function lagOf(
  reached: number | null,
  log: { readonly logStartOffset: number; readonly highWatermark: number } | undefined,
): number | null {
  if (log === undefined) return null;
  // Who has committed nothing has nothing to read where there is nothing.
  if (reached === null) return log.highWatermark === log.logStartOffset ? 0 : null;
  return Math.max(0, log.highWatermark - Math.max(reached, log.logStartOffset));
}

/**
 * How long ago the oldest unread record was written. Leaders tell the time of the position that a group had a moment
 * before: of a group that has gone on since, it was no longer ago than that.
 */
function unreadSeconds(
  { topic, partition, reached }: Position,
  before: GroupOffset | undefined,
  logs: Logs,
  { wallMs, beforeMs }: PositionContext,
): number | null {
  const timeOf = (offset: number | null): number | undefined =>
    offset === null ? undefined : logs.timeAt(topic, partition, offset);
  const start = logs.get(topic, partition)?.partition.logStartOffset ?? 0;
  const timeMs =
    timeOf(reached === null ? null : Math.max(reached, start)) ??
    (before?.lag === 0 ? beforeMs : timeOf(before === undefined ? null : nextOf(before)));
  // The clock of whoever wrote it may be ahead.
  return timeMs === undefined ? null : Math.max(0, (wallMs - timeMs) / 1000);
}

/** The next offset that a group has to read; null where it has committed nothing. */
export function nextOf({ committedOffset, logStartOffset }: GroupOffset): number | null {
  return committedOffset === null ? null : Math.max(committedOffset, logStartOffset ?? 0);
}
