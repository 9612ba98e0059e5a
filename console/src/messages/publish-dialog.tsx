import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { PublishResult, RecordView } from '../../../src/admin/contract/messages.ts';
import type { TopicDetail } from '../../../src/admin/contract/topics.ts';
import { hrefOf } from '../app/routes.ts';
import { toApiError, ApiError } from '../data/api-error.ts';
import { apiSend } from '../data/api.ts';
import { session } from '../data/session.ts';
import { useStore } from '../data/use-store.ts';
import { Button } from '../ui/button.tsx';
import { CommandLine } from '../ui/command-line.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorNotice } from '../ui/empty.tsx';
import { TextField } from '../ui/field.tsx';
import { BytesField } from './bytes-field.tsx';
import { publishCommand } from './message-commands.ts';
import {
  emptyRecordForm,
  isRecordFormWhole,
  partitionProblem,
  recordBody,
  recordFormOf,
  type RecordForm,
} from './record-form.ts';
import './messages.css';

/** Where a record went. */
interface Written {
  readonly partition: number;
  readonly offset: number;
}

/** Writes a record; stays open, so that another can follow. */
export function PublishDialog({
  topic,
  record,
  onClose,
}: {
  readonly topic: TopicDetail;
  /** The one that is edited and sent again. */
  readonly record?: RecordView;
  readonly onClose: () => void;
}): ComponentChildren {
  const bootstrap = useStore(session)?.bootstrapServers ?? '';
  const [form, setForm] = useState<RecordForm>(() =>
    record === undefined ? emptyRecordForm : recordFormOf(record),
  );
  const { busy, error, written, publish } = usePublishing(topic.name);
  const isWhole = isRecordFormWhole(form, topic.partitions);
  const change = (part: Partial<RecordForm>): void => setForm((before) => ({ ...before, ...part }));
  return (
    <Dialog
      title={record === undefined ? `Publish to ${topic.name}` : `Send again to ${topic.name}`}
      onClose={onClose}
      wide
    >
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (isWhole && !busy) void publish(form);
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
          if (isWhole && !busy) void publish(form);
        }}
      >
        <BytesField
          label="Key"
          value={form.key}
          onChange={(key) => change({ key })}
          forms={['none', 'text', 'base64']}
          noneText="no key"
          rows={1}
        />
        <BytesField
          label="Value"
          value={form.value}
          onChange={(value) => change({ value })}
          forms={['json', 'text', 'base64', 'none']}
          noneText="tombstone"
          rows={8}
        />
        <HeaderFields form={form} change={change} />
        <TextField
          label="Partition"
          value={form.partition}
          onInput={(partition) => change({ partition })}
          placeholder="the one of its key, or any"
          error={partitionProblem(form.partition, topic.partitions)}
        />
        {error !== undefined && <ErrorNotice error={error} />}
        {isWhole && (
          <CommandLine command={publishCommand(bootstrap, topic.name, recordBody(form))} />
        )}
        <div class="dialog-foot">
          <WrittenNote topic={topic.name} written={written} />
          <Button onClick={onClose}>Close</Button>
          <Button type="submit" kind="primary" disabled={!isWhole || busy}>
            Publish
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function usePublishing(topic: string): {
  readonly busy: boolean;
  readonly error: ApiError | undefined;
  readonly written: Written | undefined;
  readonly publish: (form: RecordForm) => Promise<void>;
} {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [written, setWritten] = useState<Written>();
  const publish = async (form: RecordForm): Promise<void> => {
    setBusy(true);
    setError(undefined);
    setWritten(undefined);
    try {
      const path = `api/topics/${encodeURIComponent(topic)}/messages`;
      const answer = await apiSend<PublishResult>('POST', path, { records: [recordBody(form)] });
      const [result] = answer.results;
      if (result !== undefined && 'error' in result) throw new ApiError(400, result.error);
      setWritten(result);
    } catch (thrown) {
      setError(toApiError(thrown));
    }
    setBusy(false);
  };
  return { busy, error, written, publish };
}

function WrittenNote({
  topic,
  written,
}: {
  readonly topic: string;
  readonly written: Written | undefined;
}): ComponentChildren {
  return (
    <div role="status" class="spread">
      {written !== undefined && (
        <span class="good-text">
          Written to partition {written.partition} at{' '}
          <a
            href={hrefOf(
              { view: 'topic', topic, tab: 'messages' },
              { open: `${written.partition}:${written.offset}` },
            )}
          >
            offset {written.offset}
          </a>
        </span>
      )}
    </div>
  );
}

function HeaderFields({
  form: { headers },
  change,
}: {
  readonly form: RecordForm;
  readonly change: (part: Partial<RecordForm>) => void;
}): ComponentChildren {
  const set = (index: number, part: Partial<RecordForm['headers'][number]>): void =>
    change({ headers: headers.map((one, at) => (at === index ? { ...one, ...part } : one)) });
  return (
    <fieldset class="fieldset">
      <legend class="field-label">Headers</legend>
      {headers.map((header, index) => (
        <div class="header-row" key={index}>
          <TextField
            label={`Name of header ${index + 1}`}
            hideLabel
            value={header.key}
            onInput={(key) => set(index, { key })}
            placeholder="name"
            autoFocus={header.key === ''}
            mono
          />
          <BytesField
            label={`Value of header ${index + 1}`}
            hideLabel
            value={header.value}
            onChange={(value) => set(index, { value })}
            forms={['text', 'base64', 'none']}
            noneText="null"
            rows={1}
          />
          <Button
            kind="quiet"
            icon="close"
            label={`Remove header ${header.key}`}
            onClick={() => change({ headers: headers.filter((_, at) => at !== index) })}
          />
        </div>
      ))}
      <div>
        <Button
          small
          icon="plus"
          onClick={() =>
            change({ headers: [...headers, { key: '', value: { form: 'text', text: '' } }] })
          }
        >
          Add header
        </Button>
      </div>
    </fieldset>
  );
}
