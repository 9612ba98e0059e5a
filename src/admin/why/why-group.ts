import type { GroupOffset, Why } from '../contract/picture.ts';
import type { ClusterFacts, GroupFacts, TopicFacts } from './facts.ts';
import { keyOf, memberName, memberSubject } from './group-members.ts';
import { worstFirst } from './order.ts';
import { countOf, counted, duration, hasOrHave, isOrAre, listed, since } from './phrases.ts';
import { whyMembers } from './why-members.ts';
import { whyTopic } from './why-topic.ts';

/** A rebalance takes seconds; one that takes longer waits for somebody. */
const rebalanceMs = 10_000;
/** A group that is so far behind in time is told of, whether it catches up or not. */
const behindSeconds = 60;

const offsetsTopic = '__consumer_offsets';

/** Why a group does not read, or not fast enough: the worst first. `topics` are those that it reads. */
export function whyGroup(
  group: GroupFacts,
  cluster: ClusterFacts,
  topics: ReadonlyMap<string, TopicFacts>,
): Why[] {
  const whys = [
    ...whyCoordinator(group, cluster, topics),
    ...whyEmpty(group, cluster),
    ...whyRebalancing(group, cluster),
    ...whyUnowned(group, topics),
    ...whyOutOfRange(group),
    // Whoever waits for a rebalance to end neither polls nor sends heartbeats.
    ...(isRebalancing(group) ? [] : whyMembers(group, cluster, topics)),
    ...whyLeaderless(group, cluster, topics),
    ...whyIdle(group),
  ];
  const isExplained = whys.some(({ severity }) => severity === 'stopped');
  const all = isExplained ? whys : [...whys, ...whyBehind(group, cluster)];
  const note = filteredNote(group, topics);
  return worstFirst(all.map((why) => ({ ...why, evidence: [...why.evidence, ...note] })));
}

/** Lag is counted in offsets, and of those of a filtered topic perhaps none is a message that the group gets. */
function filteredNote(
  { offsets }: GroupFacts,
  topics: ReadonlyMap<string, TopicFacts>,
): readonly string[] {
  const lagging = offsets.filter(({ topic, lag }) => lag !== 0 && isFiltered(topics.get(topic)));
  const names = [...new Set(lagging.map(({ topic }) => topic))];
  if (names.length === 0) return [];
  return [
    `Of ${listed(names)} all messages of the source are counted, those that do not match too.`,
  ];
}

function isFiltered(topic: TopicFacts | undefined): boolean {
  return topic !== undefined && topic.filter !== null;
}

function subjectOf({ groupId }: GroupFacts): Why['subject'] {
  return { kind: 'group', name: groupId };
}

function resetRemedy({ groupId }: GroupFacts, to: string): string {
  return `\`odradek group reset-offsets ${groupId} --to ${to}\` shows where it would go on, and does so with \`--execute\`.`;
}

function whyCoordinator(
  group: GroupFacts,
  cluster: ClusterFacts,
  topics: ReadonlyMap<string, TopicFacts>,
): Why[] {
  if (group.coordinatorId >= 0) return [];
  const of = topics.get(offsetsTopic);
  const because = of === undefined ? [] : whyTopic(of, cluster);
  return [
    {
      subject: subjectOf(group),
      severity: 'stopped',
      sentence: `${group.groupId} has no coordinator because its partition of ${offsetsTopic} has no leader.`,
      evidence: because.map(({ sentence }) => sentence),
      remedy: because[0]?.remedy ?? null,
      sinceMs: because[0]?.sinceMs ?? null,
    },
  ];
}

function whyEmpty(group: GroupFacts, { nowMs }: ClusterFacts): Why[] {
  const { groupId, members, offsets, lag, stateSinceMs, state } = group;
  if (members.length > 0 || (state !== 'Empty' && state !== 'Dead')) return [];
  const committed = offsets.filter(({ committedOffset }) => committedOffset !== null);
  const topics = [...new Set(committed.map(({ topic }) => topic))];
  const base = { subject: subjectOf(group), sinceMs: stateSinceMs };
  if (committed.length === 0) {
    return [
      {
        ...base,
        severity: 'stopped',
        sentence: `${groupId} has no members and has committed nothing.`,
        evidence: ['It is empty.'],
        remedy: `Start a consumer with group.id=${groupId}.`,
      },
    ];
  }
  const hasAll = lag === 0;
  return [
    {
      ...base,
      severity: hasAll ? 'at-risk' : 'stopped',
      sentence: hasAll
        ? `${groupId} has no members${since(stateSinceMs, nowMs)}; it has read all that there is.`
        : `Nothing is read by ${groupId} because it has no members${since(stateSinceMs, nowMs)}.`,
      evidence: [
        `It has committed offsets in ${countOf(committed.length, 'partition')} of ${listed(topics)}.`,
        ...(lag === null || hasAll
          ? []
          : [`${countOf(lag, 'message')} ${lag === 1 ? 'waits' : 'wait'} for it.`]),
      ],
      remedy: `Start its consumers (group.id=${groupId}): they go on where it stopped. If nobody needs it, \`odradek group delete ${groupId}\`.`,
    },
  ];
}

function isRebalancing({ state }: GroupFacts): boolean {
  return /Rebalance$|^Assigning$|^Reconciling$/.test(state);
}

function whyRebalancing(group: GroupFacts, { nowMs }: ClusterFacts): Why[] {
  const { groupId, state, stateSinceMs, members, awaited } = group;
  if (!isRebalancing(group)) return [];
  const forMs = stateSinceMs === null ? null : nowMs - stateSinceMs;
  if (forMs !== null && forMs < rebalanceMs) return [];
  const waitedFor = members.filter(({ memberId }) => awaited?.includes(memberId) === true);
  const names = waitedFor.map(memberName);
  const [only] = waitedFor;
  return [
    {
      subject:
        only !== undefined && waitedFor.length === 1
          ? memberSubject(group, only)
          : subjectOf(group),
      severity: 'stopped',
      sentence:
        names.length === 0
          ? `${groupId} is rebalancing${since(stateSinceMs, nowMs)}, and its members read nothing new meanwhile.`
          : `${groupId} is rebalancing${since(stateSinceMs, nowMs)} because it waits for ${names.length === 1 ? 'member' : 'members'} ${listed(names)}.`,
      evidence: [
        `Its state is ${state}, with ${countOf(members.length, 'member')}.`,
        ...waitedFor.flatMap((member) =>
          member.lastHeartbeatAgoMs === null
            ? []
            : [
                `${memberName(member)} sent its last heartbeat ${duration(member.lastHeartbeatAgoMs)} ago.`,
              ],
        ),
        ...(awaited === null ? ['Whom it waits for, the broker does not tell.'] : []),
      ],
      remedy:
        names.length === 0
          ? 'A rebalance ends when every member has polled once more, or its rebalance timeout is over.'
          : `See what ${listed(names)} ${names.length === 1 ? 'does' : 'do'} with the records polled last; the group goes on without ${names.length === 1 ? 'it' : 'them'} when the rebalance timeout is over.`,
      sinceMs: stateSinceMs,
    },
  ];
}

/** Partitions of what the group reads that no member owns. */
function whyUnowned(group: GroupFacts, topics: ReadonlyMap<string, TopicFacts>): Why[] {
  const { groupId, members, subscribed, laggingSinceMs, offsets } = group;
  if (members.length === 0 || isRebalancing(group)) return [];
  const owned = new Set(members.flatMap(({ partitions }) => partitions.map(keyOf)));
  const read = new Set([
    ...subscribed,
    ...members.flatMap(({ partitions }) => partitions.map(({ topic }) => topic)),
  ]);
  return [...read].flatMap((topic): Why[] => {
    const all = topics.get(topic)?.partitions ?? [];
    const unowned = all.filter(({ index }) => !owned.has(keyOf({ topic, partition: index })));
    if (unowned.length === 0) return [];
    const indexes = unowned.map(({ index }) => index);
    const lags = offsets.filter(
      (offset) => offset.topic === topic && indexes.includes(offset.partition),
    );
    const [first] = indexes;
    return [
      {
        subject: {
          ...subjectOf(group),
          ...(indexes.length === 1 && first !== undefined ? { partition: first } : {}),
        },
        severity: 'stopped',
        sentence:
          `${listed(indexes.map((partition) => keyOf({ topic, partition })))} ${isOrAre(indexes.length)} not read by ${groupId} ` +
          `because no member owns ${indexes.length === 1 ? 'partition' : 'partitions'} ${listed(indexes.map(String))}.`,
        evidence: [
          `Its ${countOf(members.length, 'member')} ${hasOrHave(members.length)} ${counted(all.length - indexes.length)} of the ${countOf(all.length, 'partition')} of ${topic}.`,
          ...lagTexts(lags),
        ],
        remedy:
          'Members that assign partitions to themselves, or an assignor that leaves some out, do this; new partitions are found with the next metadata (`metadata.max.age.ms`). Starting a member again rebalances the group.',
        sinceMs: laggingSinceMs,
      },
    ];
  });
}

function lagTexts(offsets: readonly GroupOffset[]): string[] {
  const lag = offsets.reduce((sum, offset) => sum + (offset.lag ?? 0), 0);
  return lag > 0 ? [`${countOf(lag, 'message')} ${lag === 1 ? 'waits' : 'wait'} there.`] : [];
}

/** Positions at which there is nothing to go on from. */
function whyOutOfRange(group: GroupFacts): Why[] {
  return group.offsets.flatMap((offset): Why[] => {
    const { committedOffset, logStartOffset, highWatermark, partition } = offset;
    if (committedOffset === null) return [];
    const base = { subject: { ...subjectOf(group), partition }, sinceMs: null } as const;
    if (logStartOffset !== null && committedOffset < logStartOffset) {
      return [
        {
          ...base,
          severity: 'at-risk',
          sentence: `${group.groupId} cannot go on where it stopped in ${keyOf(offset)} because the records from ${counted(committedOffset)} on were deleted.`,
          evidence: [
            `It has committed offset ${counted(committedOffset)}, and the log begins at ${counted(logStartOffset)}: ${countOf(logStartOffset - committedOffset, 'offset')} ${isOrAre(logStartOffset - committedOffset)} gone.`,
          ],
          remedy: `Its consumers go on as \`auto.offset.reset\` says. ${resetRemedy(group, 'beginning')}`,
        },
      ];
    }
    if (highWatermark === null || committedOffset <= highWatermark) return [];
    return [
      {
        ...base,
        severity: 'stopped',
        sentence: `${group.groupId} cannot go on in ${keyOf(offset)} because the log ends at ${counted(highWatermark)}, before its offset ${counted(committedOffset)}.`,
        evidence: ['The topic was made anew, or records were lost in an unclean election.'],
        remedy: `Its consumers go on as \`auto.offset.reset\` says. ${resetRemedy(group, 'end')}`,
      },
    ];
  });
}

/** Partitions that are read and have no leader. */
function whyLeaderless(
  { groupId, members }: GroupFacts,
  cluster: ClusterFacts,
  topics: ReadonlyMap<string, TopicFacts>,
): Why[] {
  const owned = new Set(members.flatMap(({ partitions }) => partitions.map(({ topic }) => topic)));
  return [...owned].flatMap((name) => {
    const topic = topics.get(name);
    const leaderless = topic?.partitions.filter(({ leader }) => leader < 0) ?? [];
    if (topic === undefined || leaderless.length === 0) return [];
    return whyTopic({ ...topic, filter: null, partitions: leaderless }, cluster).map((why) => ({
      ...why,
      evidence: [`${groupId} reads it.`, ...why.evidence],
    }));
  });
}

/** Members that have nothing to do. */
function whyIdle(group: GroupFacts): Why[] {
  if (isRebalancing(group)) return [];
  const idle = group.members.filter(({ partitions }) => partitions.length === 0);
  const partitionCount = group.members.reduce((sum, { partitions }) => sum + partitions.length, 0);
  if (idle.length === 0 || partitionCount === 0 || partitionCount >= group.members.length)
    return [];
  return [
    {
      subject: subjectOf(group),
      severity: 'at-risk',
      sentence: `${counted(idle.length)} of ${countOf(group.members.length, 'member')} of ${group.groupId} ${hasOrHave(idle.length)} nothing to read because there are ${countOf(partitionCount, 'partition')}.`,
      evidence: [`Without a partition: ${listed(idle.map(memberName))}.`],
      remedy: 'They stand by for the others. More partitions let more members read at once.',
      sinceMs: null,
    },
  ];
}

/** A group that reads, and is behind all the same. */
function whyBehind(group: GroupFacts, { nowMs }: ClusterFacts): Why[] {
  const { groupId, lag, lagSeconds, trend, laggingSinceMs, members } = group;
  if (lag === null || lag === 0 || members.length === 0) return [];
  if (isSeenOnce(group)) return [whyUnsure(group, lag)];
  const isLate = lagSeconds !== null && lagSeconds >= behindSeconds;
  if (trend !== 'growing' && !isLate) return [];
  const time = lagSeconds === null ? '' : `, ${duration(lagSeconds * 1000)}`;
  const worst = group.offsets.toSorted((a, b) => (b.lag ?? 0) - (a.lag ?? 0))[0];
  return [
    {
      subject: subjectOf(group),
      severity: 'behind',
      sentence: `${groupId} is ${countOf(lag, 'message')}${time} behind${since(laggingSinceMs, nowMs)}${trendTexts[trend]}.`,
      evidence: [
        ...(worst === undefined
          ? []
          : [`Most of it is in ${keyOf(worst)}: ${countOf(worst.lag ?? 0, 'message')}.`]),
        `It has ${countOf(members.length, 'member')}.`,
      ],
      remedy:
        trend === 'shrinking'
          ? null
          : 'Its members read more slowly than is written: make them faster, or start more of them, as far as there are partitions.',
      sinceMs: laggingSinceMs,
    },
  ];
}

/** Whether nothing is known but what Kafka's protocol tells in one look. */
function isSeenOnce({ members, trend, lagSeconds }: GroupFacts): boolean {
  const isUnheard = members.every(
    ({ lastFetchAgoMs, lastHeartbeatAgoMs }) =>
      lastFetchAgoMs === null && lastHeartbeatAgoMs === null,
  );
  return isUnheard && trend === 'unknown' && lagSeconds === null;
}

/** A group that reads has always something to read, between what was written and what it commits next. */
function whyUnsure(group: GroupFacts, lag: number): Why {
  const worst = group.offsets.toSorted((a, b) => (b.lag ?? 0) - (a.lag ?? 0))[0];
  return {
    subject: subjectOf(group),
    severity: 'at-risk',
    sentence: `${group.groupId} has ${countOf(lag, 'message')} still to read; whether it keeps up, one look does not tell.`,
    evidence: [
      ...(worst === undefined
        ? []
        : [`Most of it is in ${keyOf(worst)}: ${countOf(worst.lag ?? 0, 'message')}.`]),
      `It has ${countOf(group.members.length, 'member')}.`,
    ],
    remedy: 'Look again in a while: a group that keeps up has about as much to read as before.',
    sinceMs: null,
  };
}

const trendTexts = {
  growing: ', and it becomes more',
  shrinking: ', and catches up',
  steady: ', and does not catch up',
  unknown: '',
} as const;
