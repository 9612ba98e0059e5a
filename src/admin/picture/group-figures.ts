import type { ClusterImage } from '../../metadata/image.ts';
import { offsetsTopic } from '../../metadata/image.ts';
import type { BrokerFiguresResponse } from '../../protocol/messages/broker-figures.ts';
import type { GroupFigures, MemberFigures } from '../contract/picture.ts';
import { positionsOf } from './group-positions.ts';
import type { Logs } from './logs.ts';
import type { Answer, Answers } from './question.ts';
import { sumOfKnown } from '../../util/sum-of-known.ts';

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

/** What was known a moment before. */
export interface GroupsBefore {
  readonly groups: ReadonlyMap<string, GroupInPicture>;
  readonly moment: Moment;
}

/** All groups that were told of, each as its coordinator told. */
export function groupFigures(
  image: ClusterImage,
  answers: Answers,
  logs: Logs,
  moment: Moment,
  before: GroupsBefore | undefined,
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
    const positions = positionsOf(group, members, logs, {
      ...moment,
      before: before?.groups.get(group.groupId)?.figures.offsets ?? [],
      beforeMs: before?.moment.wallMs ?? moment.wallMs,
    });
    return {
      figures: {
        groupId: group.groupId,
        type: group.groupType === 'consumer' ? 'consumer' : 'classic',
        state: group.state,
        coordinatorId: hasLeaders(answer.nodeId) ? answer.nodeId : -1,
        members,
        offsets: positions,
        lag: sumOfKnown(positions.map(({ lag }) => lag)),
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
  { clientId, clientHost: host }: ToldMember,
  partitions: MemberFigures['partitions'],
  logs: Logs,
  nowMs: number,
): number | null {
  let least: number | null = null;
  for (const { topic, partition } of partitions) {
    const fetch = logs.fetchOf({ clientId, host }, topic, partition, nowMs);
    if (fetch !== undefined && (least === null || fetch.agoMs < least)) least = fetch.agoMs;
  }
  return least;
}

function greatest(parts: readonly (number | null)[]): number | null {
  let most = 0;
  for (const part of parts) {
    if (part === null) return null;
    most = Math.max(most, part);
  }
  return most;
}
