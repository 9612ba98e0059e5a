import type { GroupOffset, MemberFigures, Why } from '../contract/picture.ts';
import type { ClusterFacts, GroupFacts, TopicFacts } from './facts.ts';
import { hostOf, keyOf, memberName, memberSubject, silentMs, stalledMs } from './group-members.ts';
import { countOf, duration, isOrAre, listed, since } from './phrases.ts';

/** Why members do not read what is theirs, and whether what they own is there. */
export function whyMembers(
  group: GroupFacts,
  cluster: ClusterFacts,
  topics: ReadonlyMap<string, TopicFacts>,
): Why[] {
  return group.members.flatMap((member) => [
    ...whyStalled(group, member, cluster),
    ...whyMissingPartitions(group, member, topics),
  ]);
}

/** What a member owns and has not read. */
function unreadOf({ offsets }: GroupFacts, { partitions }: MemberFigures): GroupOffset[] {
  const own = new Set(partitions.map(keyOf));
  return offsets.filter((offset) => own.has(keyOf(offset)) && (offset.lag ?? 0) > 0);
}

function whyStalled(group: GroupFacts, member: MemberFigures, { nowMs }: ClusterFacts): Why[] {
  const { lastFetchAgoMs: fetchMs, lastHeartbeatAgoMs: heartbeatMs } = member;
  const unread = unreadOf(group, member);
  if (unread.length === 0) return [];
  const isSilent = heartbeatMs !== null && heartbeatMs >= silentMs;
  const isStalled = fetchMs !== null && fetchMs >= stalledMs;
  if (!isSilent && !isStalled) return [];
  const { groupId, laggingSinceMs } = group;
  const cause = isSilent
    ? `has not been heard of for ${duration(heartbeatMs)}`
    : `has not polled for ${duration(fetchMs ?? 0)}`;
  return [
    {
      subject: memberSubject(group, member),
      severity: 'stopped',
      sentence: `${groupId} is lagging${since(laggingSinceMs, nowMs)} because member ${memberName(member)} ${cause}.`,
      evidence: [
        `It owns ${unreadText(unread)}.`,
        ...(fetchMs === null ? [] : [`It last fetched ${duration(fetchMs)} ago.`]),
        ...(heartbeatMs === null ? [] : [`Its last heartbeat came ${duration(heartbeatMs)} ago.`]),
        `It is ${member.memberId}, at ${hostOf(member)}.`,
      ],
      remedy: isSilent
        ? `See whether the process at ${hostOf(member)} is there. When its session times out, the others get its partitions.`
        : 'It is alive and busy with what it polled last, or stuck in it: see what it does. When `max.poll.interval.ms` is over it leaves the group by itself.',
      sinceMs: laggingSinceMs ?? nowMs - Math.max(fetchMs ?? 0, heartbeatMs ?? 0),
    },
  ];
}

function unreadText(unread: readonly GroupOffset[]): string {
  return listed(
    unread.map((offset) => `${keyOf(offset)}, ${countOf(offset.lag ?? 0, 'message')} behind`),
  );
}

/** Partitions that a member owns and that are not there: their topic was deleted, or made anew with fewer. */
function whyMissingPartitions(
  group: GroupFacts,
  member: MemberFigures,
  topics: ReadonlyMap<string, TopicFacts>,
): Why[] {
  const missing = member.partitions.filter(
    ({ topic, partition }) => partition >= (topics.get(topic)?.partitions.length ?? Infinity),
  );
  if (missing.length === 0) return [];
  const names = [...new Set(missing.map(({ topic }) => topic))];
  const counts = names.map(
    (name) => `${name} has ${countOf(topics.get(name)?.partitions.length ?? 0, 'partition')}.`,
  );
  return [
    {
      subject: memberSubject(group, member),
      severity: 'at-risk',
      sentence: `Member ${memberName(member)} of ${group.groupId} owns more partitions than there are: ${listed(missing.map(keyOf))} ${isOrAre(missing.length)} not there.`,
      evidence: counts,
      remedy: 'Its client finds out with its next metadata; if not, start it again.',
      sinceMs: null,
    },
  ];
}
