import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { PublishResult } from '../../../src/admin/contract/messages.ts';
import type { TopicPage } from '../../../src/admin/contract/topics.ts';
import { apiSend } from '../data/api.ts';
import { session } from '../data/session.ts';
import { useResource } from '../data/use-resource.ts';
import { useStore } from '../data/use-store.ts';
import { CommandLine } from '../ui/command-line.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { CheckField, TextField } from '../ui/field.tsx';
import { exact } from '../ui/figures.ts';
import { toast } from '../ui/toast.tsx';
import { resendCommand } from './message-commands.ts';
import type { PartitionOffset } from './position.ts';

/** The broker takes no more in one request. */
const atOnceMax = 1000;

/** Copies the records that are selected to another topic, or once more to this one. */
export function ResendDialog({
  topic,
  records,
  onClose,
}: {
  readonly topic: string;
  readonly records: readonly PartitionOffset[];
  readonly onClose: () => void;
}): ComponentChildren {
  const bootstrap = useStore(session)?.bootstrapServers ?? '';
  const [to, setTo] = useState('');
  const [keepPartition, setKeepPartition] = useState(false);
  const [keepTimestamp, setKeepTimestamp] = useState(false);
  const names = useTopicNames(to);
  const count = `${exact(records.length)} ${records.length === 1 ? 'record' : 'records'}`;
  const command =
    to === '' ? null : resendCommand(bootstrap, topic, records, { to, keepPartition });
  return (
    <Confirm
      title={`Resend ${count}`}
      action={`Resend ${count}`}
      isReady={to !== ''}
      onClose={onClose}
      onConfirm={async () => {
        const path = `api/topics/${encodeURIComponent(topic)}/resend`;
        const results: PublishResult['results'][number][] = [];
        for (let first = 0; first < records.length; first += atOnceMax) {
          const some = records.slice(first, first + atOnceMax);
          const body = { records: some, to, keepPartition, keepTimestamp };
          results.push(...(await apiSend<PublishResult>('POST', path, body)).results);
        }
        report(results, to);
      }}
    >
      <TextField
        label="To topic"
        value={to}
        onInput={setTo}
        suggestions={names}
        note="With their keys and headers, in the order of their partitions and offsets."
        autoFocus
        mono
      />
      <CheckField
        label="Keep each record's partition number"
        checked={keepPartition}
        onChange={setKeepPartition}
      />
      <CheckField
        label="Keep each record's time"
        checked={keepTimestamp}
        onChange={setKeepTimestamp}
      />
      {command !== null && <CommandLine command={command} />}
    </Confirm>
  );
}

function report(results: PublishResult['results'], to: string): void {
  const failed = results.flatMap((result) => ('error' in result ? [result.error.message] : []));
  const written = results.length - failed.length;
  if (failed.length === 0) toast(`${exact(written)} written to ${to}.`);
  else {
    const text = `${exact(written)} written to ${to}, ${exact(failed.length)} not: ${failed[0] ?? ''}`;
    toast(text, 'bad');
  }
}

function useTopicNames(text: string): readonly string[] {
  const query = new URLSearchParams({ query: text, limit: '20' });
  const found = useResource<TopicPage>(`api/topics?${query}`, { refreshMs: 60_000, keep: true });
  return (found.data?.topics ?? [])
    .filter(({ filtered }) => filtered === null)
    .map(({ name }) => name);
}
