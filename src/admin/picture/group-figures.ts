import type { ClusterImage } from '../../metadata/image.ts';
import { offsetsTopic } from '../../metadata/image.ts';
import type { BrokerFiguresResponse } from '../../protocol/messages/broker-figures.ts';
import type { GroupFigures, GroupOffset, MemberFigures } from '../contract/picture.ts';
import { known } from './broker-figures.ts';
import type { Logs } from './logs.ts';
import type { Answer, Answers } from './question.ts';

type ToldGroup = BrokerFiguresResponse['groups'][number];
type ToldMember = ToldGroup['members'][number];

/** A group with what the picture keeps to itself. */
export interface GroupInPicture {
  readonly figures: Omit<GroupFigures, 'trend'>;
  readonly subscribed: readonly string[];
  readonly awaited: readonly string[];
  readonly assignor: string;
  readonly protocolType: string;
}

/** What times are told by. */
export interface Moment {
  readonly nowMs: number;
  /** Wall-clock time, which records have. */
  readonly wallMs: number;
}

/** All groups that were told of, each as its coordinator told. */
export function groupFigures(
  image: ClusterImage,
  answers: Answers,
  logs: Logs,
  moment: Moment,
): GroupInPicture[] {
  const byId = new Map<string, { readonly answer: Answer; readonly group: ToldGroup }>();
  for (const answer of answers.values()) {
    for (const group of answer.figures.groups) {
      const other = byId.get(group.groupId);
      if (other === undefined || other.answer.atMs < answer.atMs) {
        byId.set(group.groupId, { answer, group });
      }
    }
  }
  const offsets = image.topicsByName.get(offsetsTopic)?.partitions ?? [];
  const hasLeaders = (nodeId: number): boolean => offsets.some(({ leader }) => leader === nodeId);
  return [...byId.values()].map(({ answer, group }) => {
    const members = group.members.map((member) => memberFigures(member, answer, logs, moment));
    const positions = positionsOf(group, members, logs, moment);
    return {
      figures: {
        groupId: group.groupId,
        type: group.groupType === 'consumer' ? 'consumer' : 'classic',
        state: group.state,
        coordinatorId: hasLeaders(answer.nodeId) ? answer.nodeId : -1,
        members,
        offsets: positions,
        lag: sum(positions.map(({ lag }) => lag)),
        lagSeconds: greatest(positions.map(({ lagSeconds }) => lagSeconds)),
      },
      subscribed: [...new Set(group.members.flatMap(({ subscribed }) => subscribed))],
      awaited: group.members.flatMap(({ memberId, awaited }) => (awaited ? [memberId] : [])),
      assignor: group.assignor,
      protocolType: group.protocolType,
    };
  });
}

function memberFigures(
  member: ToldMember,
  answer: Answer,
  logs: Logs,
  { nowMs }: Moment,
): MemberFigures {
  const { memberId, instanceId, clientId, clientHost, topics, lastHeartbeatAgoMs } = member;
  const partitions = topics.flatMap(({ topic, partitions: indexes }) =>
    indexes.map((partition) => ({ topic, partition })),
  );
  const sinceAnswerMs = Math.round(nowMs - answer.atMs);
  return {
    memberId,
    instanceId,
    clientId,
    host: clientHost,
    partitions,
    lastHeartbeatAgoMs: lastHeartbeatAgoMs < 0 ? null : lastHeartbeatAgoMs + sinceAnswerMs,
    lastFetchAgoMs: lastFetchAgoMs(member, partitions, logs, nowMs),
  };
}

/** Since a client like the member's fetched one of its partitions. */
function lastFetchAgoMs(
  { clientId, clientHost }: ToldMember,
  partitions: MemberFigures['partitions'],
  logs: Logs,
  nowMs: number,
): number | null {
  const host = clientHost.replace(/^\//, '');
  let least: number | null = null;
  for (const { topic, partition } of partitions) {
    const told = logs.get(topic, partition);
    for (const reader of told?.partition.readers ?? []) {
      if (reader.clientId !== clientId || reader.clientHost !== host) continue;
      const agoMs = reader.agoMs + Math.round(nowMs - (told?.answer.atMs ?? nowMs));
      if (least === null || agoMs < least) least = agoMs;
    }
  }
  return least;
}

/** Where the group stands in each partition that it has committed something for or that a member owns. */
function positionsOf(
  { offsets }: ToldGroup,
  members: readonly MemberFigures[],
  logs: Logs,
  moment: Moment,
): GroupOffset[] {
  const found = new Map<string, { topic: string; partition: number; committed: number | null }>();
  for (const { topic, partitions } of offsets) {
    for (const { partition, committedOffset } of partitions) {
      found.set(`${topic}/${partition}`, { topic, partition, committed: known(committedOffset) });
    }
  }
  const owners = new Map<string, string>();
  for (const { memberId, partitions } of members) {
    for (const { topic, partition } of partitions) {
      const key = `${topic}/${partition}`;
      owners.set(key, memberId);
      if (!found.has(key)) found.set(key, { topic, partition, committed: null });
    }
  }
  return [...found]
    .map(([key, { topic, partition, committed }]): GroupOffset => {
      const log = logs.get(topic, partition)?.partition;
      const lag = lagOf(committed, log);
      const next = committed === null ? null : Math.max(committed, log?.logStartOffset ?? 0);
      return {
        topic,
        partition,
        committedOffset: committed,
        logStartOffset: log?.logStartOffset ?? null,
        highWatermark: log?.highWatermark ?? null,
        lag,
        lagSeconds: lagSecondsOf(
          lag,
          next,
          (offset) => logs.timeAt(topic, partition, offset),
          moment,
        ),
        memberId: owners.get(key) ?? null,
      };
    })
    .toSorted((a, b) =>
      a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1,
    );
}

function lagOf(
  committed: number | null,
  log: { readonly logStartOffset: number; readonly highWatermark: number } | undefined,
): number | null {
  if (log === undefined) return null;
  // Who has committed nothing has nothing to read where there is nothing.
  if (committed === null) return log.highWatermark === log.logStartOffset ? 0 : null;
  return Math.max(0, log.highWatermark - Math.max(committed, log.logStartOffset));
}

function lagSecondsOf(
  lag: number | null,
  committed: number | null,
  timeAt: (offset: number) => number | undefined,
  { wallMs }: Moment,
): number | null {
  if (lag === null || lag === 0) return lag;
  const timeMs = committed === null ? undefined : timeAt(committed);
  // The clock of whoever wrote it may be ahead.
  return timeMs === undefined ? null : Math.max(0, (wallMs - timeMs) / 1000);
}

/** Null where some part of it is. */
function sum(parts: readonly (number | null)[]): number | null {
  let total = 0;
  for (const part of parts) {
    if (part === null) return null;
    total += part;
  }
  return total;
}

function greatest(parts: readonly (number | null)[]): number | null {
  let most = 0;
  for (const part of parts) {
    if (part === null) return null;
    most = Math.max(most, part);
  }
  return most;
}
