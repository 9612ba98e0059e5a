import type { ComponentChildren } from 'preact';
import type { TopicRow } from '../../../src/admin/contract/topics.ts';
import { Badge } from '../ui/badge.tsx';

/** What is not as usual about a topic, in a word each. */
export function TopicBadges({ topic }: { readonly topic: TopicRow }): ComponentChildren {
  const { filtered, internal, leaderless, underReplicated, cleanupPolicy } = topic;
  return (
    <>
      {leaderless > 0 && (
        <Badge
          tone="bad"
          dot
          title={`${leaderless} of ${topic.partitions} partitions have no leader`}
        >
          {leaderless} leaderless
        </Badge>
      )}
      {underReplicated > 0 && (
        <Badge
          tone="warn"
          dot
          title={`${underReplicated} of ${topic.partitions} partitions have replicas that are not in sync`}
        >
          {underReplicated} under-replicated
        </Badge>
      )}
      {filtered !== null && (
        <Badge tone="accent" title={`${filtered.sourceTopic} where ${filtered.filter}`}>
          filtered
        </Badge>
      )}
      {cleanupPolicy.includes('compact') && <Badge>compacted</Badge>}
      {internal && <Badge>internal</Badge>}
    </>
  );
}
