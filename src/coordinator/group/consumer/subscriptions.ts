import type { TopicsView } from '../group-events.ts';
import type { GroupView } from './group-view.ts';
import { regexOf, sameNames } from './consumer-member.ts';
import type { ConsumerMember } from './consumer-member.ts';

/** What the members of a group subscribe to, taken together. */
export interface GroupSubscription {
  /** By name or by a regular expression that is resolved, whether they exist or not. */
  readonly topicNames: ReadonlySet<string>;
  /** Whether all members subscribe to the same. */
  readonly isHomogeneous: boolean;
}

/** Joins the subscriptions of all members. Members with the same names share one array, which is seen once. */
export function groupSubscription(group: GroupView): GroupSubscription {
  const topicNames = new Set<string>();
  const seen = new Set<readonly string[]>();
  let first: ConsumerMember | undefined;
  let isHomogeneous = true;
  for (const member of group.members()) {
    first ??= member;
    const names = member.subscribedTopicNames;
    isHomogeneous &&=
      regexOf(member) === regexOf(first) && sameNames(names, first.subscribedTopicNames);
    if (seen.has(names)) continue;
    seen.add(names);
    for (const name of names) topicNames.add(name);
  }
  for (const [, { topics }] of group.resolvedRegexes()) {
    for (const name of topics) topicNames.add(name);
  }
  return { topicNames, isHomogeneous };
}

/** The names that a member subscribes to. A regular expression that is not resolved yet matches none. */
function subscribedNames(group: GroupView, member: ConsumerMember): Iterable<string> {
  const regex = regexOf(member);
  const matched = regex === undefined ? undefined : group.resolvedRegex(regex)?.topics;
  if (matched === undefined) return member.subscribedTopicNames;
  if (member.subscribedTopicNames.length === 0) return matched;
  return new Set([...member.subscribedTopicNames, ...matched]);
}

/** The ids of those topics that exist. */
export function subscribedTopicIds(
  group: GroupView,
  member: ConsumerMember,
  topics: TopicsView,
): ReadonlySet<string> {
  const topicIds = new Set<string>();
  for (const name of subscribedNames(group, member)) {
    const topic = topics.byName(name);
    if (topic !== undefined) topicIds.add(topic.topicId);
  }
  return topicIds;
}
