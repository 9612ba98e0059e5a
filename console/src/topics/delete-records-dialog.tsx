import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { TopicDetail } from '../../../src/admin/contract/topics.ts';
import { apiSend } from '../data/api.ts';
import { session } from '../data/session.ts';
import { useStore } from '../data/use-store.ts';
import { CommandLine } from '../ui/command-line.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { SelectField, TextField } from '../ui/field.tsx';
import { exact } from '../ui/figures.ts';
import { toast } from '../ui/toast.tsx';
import { recordsBefore, recordsGone } from './delete-records.ts';
import { deleteRecordsOfPartitions } from './topic-commands.ts';

/** Deletes what lies before an offset, in one partition or in all. */
export function DeleteRecordsDialog({
  topic,
  onClose,
  onChanged,
}: {
  readonly topic: TopicDetail;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}): ComponentChildren {
  const bootstrap = useStore(session)?.bootstrapServers ?? '';
  const [partition, setPartition] = useState('all');
  const [where, setWhere] = useState<'offset' | 'end'>('offset');
  const [text, setText] = useState('');
  const offset = where === 'end' ? -1 : /^\d{1,16}$/.test(text) ? Number(text) : null;
  const before = offset === null ? [] : recordsBefore(topic.partitionFigures, partition, offset);
  const gone = recordsGone(topic.partitionFigures, before);
  const command =
    partition === 'all' ? deleteRecordsOfPartitions(bootstrap, topic.name, before) : null;
  return (
    <Confirm
      title={`Delete records of ${topic.name}`}
      action={gone === 0 ? 'Delete records' : `Delete ${exact(gone)} records`}
      danger
      isReady={gone > 0}
      {...(gone > 0 ? { typeName: topic.name } : {})}
      onClose={onClose}
      onConfirm={async () => {
        const path = `api/topics/${encodeURIComponent(topic.name)}/delete-records`;
        await apiSend('POST', path, { before });
        toast(`${exact(gone)} records of ${topic.name} were deleted.`);
        onChanged();
      }}
    >
      <div class="grid-2">
        <SelectField
          label="Partition"
          value={partition}
          choices={[
            { value: 'all', text: 'All partitions' },
            ...topic.partitionFigures.map(({ index }) => ({
              value: String(index),
              text: `Partition ${index}`,
            })),
          ]}
          onChange={setPartition}
        />
        <SelectField
          label="What lies before"
          value={where}
          choices={[
            { value: 'offset', text: 'an offset' },
            { value: 'end', text: 'the end: all of it' },
          ]}
          onChange={setWhere}
        />
        {where === 'offset' && (
          <TextField label="Offset" value={text} onInput={setText} autoFocus />
        )}
      </div>
      <p class="muted">
        {gone === 0
          ? 'No record lies before this offset.'
          : `${exact(gone)} records in ${exact(before.length)} ${before.length === 1 ? 'partition' : 'partitions'} are deleted for good.`}
      </p>
      {command !== null && gone > 0 && <CommandLine command={command} />}
    </Confirm>
  );
}
