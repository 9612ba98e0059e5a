import type { ComponentChildren } from 'preact';
import type { TopicDetail } from '../../../src/admin/contract/topics.ts';
import { goTo } from '../app/router.ts';
import { apiSend } from '../data/api.ts';
import { session } from '../data/session.ts';
import { useStore } from '../data/use-store.ts';
import { CommandLine } from '../ui/command-line.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { exact } from '../ui/figures.ts';
import { toast } from '../ui/toast.tsx';
import { topicDeleteCommand } from './topic-commands.ts';

/** Deletes a topic, once its name was typed; names what is deleted with it. */
export function DeleteTopicDialog({
  topic,
  onClose,
}: {
  readonly topic: TopicDetail;
  readonly onClose: () => void;
}): ComponentChildren {
  const bootstrap = useStore(session)?.bootstrapServers ?? '';
  const { name, filteredTopics, groups, filtered } = topic;
  return (
    <Confirm
      title={`Delete ${name}?`}
      action={`Delete ${filteredTopics.length === 0 ? 'topic' : `${filteredTopics.length + 1} topics`}`}
      danger
      typeName={name}
      onClose={onClose}
      onConfirm={async () => {
        await apiSend('DELETE', `api/topics/${encodeURIComponent(name)}`, {
          alsoDeletes: filteredTopics,
        });
        toast(`${name} was deleted.`);
        // The view of what is gone is not gone back to.
        setTimeout(() => goTo({ view: 'topics' }));
      }}
    >
      {filtered === null ? (
        <p>
          {topic.messages === null ? 'All' : exact(topic.messages)} messages in{' '}
          {exact(topic.partitions)} partitions are deleted for good.
        </p>
      ) : (
        <p>
          It is a question to {filtered.sourceTopic}: no record is deleted, and whoever reads it
          reads no more.
        </p>
      )}
      {filteredTopics.length > 0 && (
        <div class="notice warn">
          <strong>Its filtered topics are deleted with it</strong>
          <ul>
            {filteredTopics.map((one) => (
              <li key={one} class="mono">
                {one}
              </li>
            ))}
          </ul>
        </div>
      )}
      {groups.length > 0 && (
        <p class="muted">
          Read by{' '}
          {groups
            .slice(0, 5)
            .map(({ groupId }) => groupId)
            .join(', ')}
          {groups.length > 5 && ` and ${exact(groups.length - 5)} more groups`}.
        </p>
      )}
      <CommandLine command={topicDeleteCommand(bootstrap, name)} />
    </Confirm>
  );
}
