import type { Deadline } from '../../coordinator.ts';
import { regexSubscribers } from './group-view.ts';
import { regexOf } from './consumer-member.ts';
import type { ConsumerMember } from './consumer-member.ts';
import type { GroupDraft } from './group-draft.ts';
import { noMemberDeadlines } from './member-deadlines.ts';
import type { TopicHashes } from './topic-hash.ts';
import { raiseEpochIfChanged } from './raise-epoch.ts';

/**
 * Takes members out of a group. What they owned is free at once, and the group's epoch rises, so that the
 * next heartbeat of another member shares it out.
 */
export function removeMembers(
  draft: GroupDraft,
  members: readonly ConsumerMember[],
  { hashes }: { readonly hashes: TopicHashes },
): readonly Deadline[] {
  for (const { memberId } of members) draft.removeMember(memberId);
  const subscribers = regexSubscribers(draft);
  for (const regex of new Set(members.map(regexOf))) {
    if (regex === undefined || subscribers.has(regex)) continue;
    if (draft.resolvedRegex(regex) !== undefined) draft.removeRegex(regex);
  }
  raiseEpochIfChanged(draft, hashes, true);
  return members.flatMap(({ memberId }) => noMemberDeadlines(draft.groupId, memberId));
}
