import type { GroupSettings, ConsumerGroupSettings } from '../group-settings.ts';
import type { TopicsView } from '../group-events.ts';
import type { RegexResolutions } from './regex-resolutions.ts';
import type { TopicChanges } from './topic-changes.ts';
import type { TopicHashes } from './topic-hash.ts';
import type { WhenWritten } from './when-written.ts';

/** What the decisions on consumer groups have in common. */
export interface ConsumerContext {
  readonly topics: TopicsView;
  /** As they are now. */
  readonly settings: () => GroupSettings;
  /** Of one group, within the broker's bounds, as they are now. */
  readonly settingsOf: (groupId: string) => ConsumerGroupSettings;
  /** A new random id, for members of clients that do not make up their own. */
  readonly newMemberId: () => string;
  readonly hashes: TopicHashes;
  readonly changes: TopicChanges;
  readonly regexes: RegexResolutions;
  /** What the decision that is being made changes beside the log. */
  readonly whenWritten: WhenWritten;
}
