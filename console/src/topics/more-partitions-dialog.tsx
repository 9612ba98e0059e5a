import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { TopicDetail } from '../../../src/admin/contract/topics.ts';
import { apiSend } from '../data/api.ts';
import { session } from '../data/session.ts';
import { useStore } from '../data/use-store.ts';
import { CommandLine } from '../ui/command-line.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { exact } from '../ui/figures.ts';
import { toast } from '../ui/toast.tsx';
import { topicPartitionsCommand } from './topic-commands.ts';

/** Gives a topic more partitions; there is no way back, so that the broker is asked first whether it would. */
export function MorePartitionsDialog({
  topic,
  onClose,
  onChanged,
}: {
  readonly topic: TopicDetail;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}): ComponentChildren {
  const bootstrap = useStore(session)?.bootstrapServers ?? '';
  const [text, setText] = useState(String(topic.partitions + 1));
  const count = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  const isMore = count > topic.partitions;
  return (
    <Confirm
      title={`More partitions for ${topic.name}`}
      action={isMore ? `Have ${exact(count)} partitions` : 'Add partitions'}
      isReady={isMore}
      onClose={onClose}
      onConfirm={async () => {
        const path = `api/topics/${encodeURIComponent(topic.name)}/partitions`;
        await apiSend('POST', path, { count, dryRun: true });
        await apiSend('POST', path, { count });
        toast(`${topic.name} has ${exact(count)} partitions.`);
        onChanged();
      }}
    >
      <TextField
        label="Partitions from now on"
        value={text}
        onInput={setText}
        error={isMore ? undefined : `More than the ${exact(topic.partitions)} that there are.`}
        autoFocus
      />
      <p class="muted">
        Records stay where they are. Keys may go to other partitions from now on, so that the order
        of one key is broken once; and a topic never gets fewer partitions again.
      </p>
      {isMore && <CommandLine command={topicPartitionsCommand(bootstrap, topic.name, count)} />}
    </Confirm>
  );
}
