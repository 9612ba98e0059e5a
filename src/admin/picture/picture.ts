import type { GroupFigures, Picture, TopicFigures, Why } from '../contract/picture.ts';
import { producerFigures } from './producer-figures.ts';
import type { Snapshot } from './snapshot.ts';
import { busyness, topicFigures } from './topic-figures.ts';
import type { WhysContext } from './whys.ts';

/** What somebody looks at. */
export interface View {
  /** Names that must be among those shown. */
  readonly topics: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
}

/** What is the same in all pictures of a moment. */
export interface PictureContext extends WhysContext {
  readonly nodeId: number;
  readonly whys: readonly Why[];
}

/** How much a picture has, beside what was asked for. */
export const pictureBounds = { topics: 50, groups: 50, producers: 50, whys: 50 } as const;
/** What may be asked for beside. */
const askedMax = 100;

/** The cluster as the console draws it, folded to what somebody can look at. */
export function pictureOf(snapshot: Snapshot, view: View, context: PictureContext): Picture {
  const { image, answers, moment } = snapshot;
  return {
    atMs: moment.wallMs,
    clusterId: image.clusterId,
    nodeId: context.nodeId,
    controllerId: image.controllerId,
    brokers: context.brokers,
    ...producerFigures(answers, pictureBounds.producers),
    ...topicsOf(snapshot, view),
    ...groupsOf(snapshot, view, context),
    whys: context.whys,
  };
}

/** Those that are asked for, then the busiest of those that leaders told of, then any; internal topics last. */
function topicsOf(
  { image, logs }: Snapshot,
  { topics: asked }: View,
): { readonly topics: TopicFigures[]; readonly topicsMore: number } {
  const told: TopicFigures[] = [];
  const untold: string[] = [];
  for (const topic of image.topicsByName.values()) {
    if (logs.has(topic.name) || asked.has(topic.name)) told.push(topicFigures(topic, logs));
    else untold.push(topic.name);
  }
  const ranked = told
    .map((topic) => ({ topic, rank: rankOf(topic, asked), bytes: busyness(topic) }))
    .toSorted(
      (a, b) => a.rank - b.rank || b.bytes - a.bytes || (a.topic.name < b.topic.name ? -1 : 1),
    )
    .map(({ topic }) => topic);
  const bound = pictureBounds.topics + Math.min(asked.size, askedMax);
  const shown = ranked.slice(0, bound);
  for (const name of untold.slice(0, bound - shown.length)) {
    const topic = image.topicsByName.get(name);
    if (topic !== undefined) shown.push(topicFigures(topic, logs));
  }
  // Who is asked for stands where it belongs.
  const order = (topic: TopicFigures): number => (topic.internal ? 1 : 0);
  const topics = shown.toSorted((a, b) => order(a) - order(b) || busyness(b) - busyness(a));
  return { topics, topicsMore: image.topicsByName.size - topics.length };
}

function rankOf({ name, internal }: TopicFigures, asked: ReadonlySet<string>): number {
  if (asked.has(name)) return 0;
  return internal ? 2 : 1;
}

/** Those that are asked for, then those with the greatest lag, then those with members. */
function groupsOf(
  { groups: told, answers }: Snapshot,
  { groups: asked }: View,
  { trends }: WhysContext,
): { readonly groups: GroupFigures[]; readonly groupsMore: number } {
  const all = [...told.values()].map(({ figures }) => ({
    ...figures,
    trend: trends.trendOf(figures.groupId),
  }));
  const rank = ({ groupId, members }: GroupFigures): number =>
    asked.has(groupId) ? 0 : members.length > 0 ? 1 : 2;
  all.sort(
    (a, b) => rank(a) - rank(b) || (b.lag ?? 0) - (a.lag ?? 0) || (a.groupId < b.groupId ? -1 : 1),
  );
  const groups = all.slice(0, pictureBounds.groups + Math.min(asked.size, askedMax));
  let more = all.length - groups.length;
  for (const { figures } of answers.values()) more += figures.groupsMore;
  return { groups, groupsMore: more };
}
