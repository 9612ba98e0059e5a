import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { ConfigRow, TopicPage } from '../../../src/admin/contract/topics.ts';
import { navigate } from '../app/router.ts';
import { hrefOf } from '../app/routes.ts';
import { toApiError, type ApiError } from '../data/api-error.ts';
import { apiSend } from '../data/api.ts';
import { session } from '../data/session.ts';
import { useResource } from '../data/use-resource.ts';
import { useStore } from '../data/use-store.ts';
import { FilterField } from '../messages/filter-field.tsx';
import { Button, Segmented } from '../ui/button.tsx';
import { CommandLine } from '../ui/command-line.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorNotice } from '../ui/empty.tsx';
import { TextField } from '../ui/field.tsx';
import { toast } from '../ui/toast.tsx';
import {
  emptyTopicForm,
  isTopicFormWhole,
  newTopicBody,
  topicFormProblems,
  type NewTopicForm,
} from './new-topic.ts';
import { topicCreateCommand } from './topic-commands.ts';

/** What every part of the form is given. */
interface PartProps {
  readonly form: NewTopicForm;
  readonly change: (part: Partial<NewTopicForm>) => void;
  readonly problemOf: (field: string) => string | undefined;
}

/** Makes a topic, or a filtered one. */
export function NewTopicDialog({
  onClose,
  source = '',
}: {
  readonly onClose: () => void;
  /** The topic that a filtered one is to be made of. */
  readonly source?: string;
}): ComponentChildren {
  const bootstrap = useStore(session)?.bootstrapServers ?? '';
  const [form, setForm] = useState<NewTopicForm>({
    ...emptyTopicForm,
    ...(source === '' ? {} : { kind: 'filtered', source }),
  });
  const { busy, error, create } = useCreating(form);
  const field = error?.problem.field;
  const problems: Readonly<Record<string, string>> = {
    ...topicFormProblems(form),
    ...(field === undefined || error === undefined ? {} : { [field]: error.problem.message }),
  };
  const part: PartProps = {
    form,
    change: (changed) => setForm((before) => ({ ...before, ...changed })),
    problemOf: (name) => problems[name],
  };
  const whole = isTopicFormWhole(form);
  const isShownAtField =
    field !== undefined && ['name', 'partitions', 'replicationFactor'].includes(field);
  return (
    <Dialog title="New topic" onClose={onClose} wide={form.kind === 'filtered'}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (whole && !busy) void create();
        }}
      >
        <Segmented
          label="Kind of topic"
          value={form.kind}
          choices={[
            { value: 'topic', text: 'Topic' },
            { value: 'filtered', text: 'Filtered topic' },
          ]}
          onChange={(kind) => part.change({ kind })}
        />
        <TextField
          label="Name"
          value={form.name}
          onInput={(name) => part.change({ name })}
          error={part.problemOf('name')}
          autoFocus
          mono
        />
        {form.kind === 'topic' ? <PlainPart {...part} /> : <FilteredPart {...part} />}
        {error !== undefined && !isShownAtField && <ErrorNotice error={error} />}
        {whole && <CommandLine command={topicCreateCommand(bootstrap, newTopicBody(form))} />}
        <div class="dialog-foot">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" disabled={!whole || busy}>
            Create topic
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function useCreating(form: NewTopicForm): {
  readonly busy: boolean;
  readonly error: ApiError | undefined;
  readonly create: () => Promise<void>;
} {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const create = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await apiSend('POST', 'api/topics', newTopicBody(form));
      toast(`${form.name} was created.`);
      navigate(hrefOf({ view: 'topic', topic: form.name, tab: '' }));
    } catch (thrown) {
      setError(toApiError(thrown));
      setBusy(false);
    }
  };
  return { busy, error, create };
}

function PlainPart({ form, change, problemOf }: PartProps): ComponentChildren {
  return (
    <>
      <div class="grid-2">
        <TextField
          label="Partitions"
          value={form.partitions}
          onInput={(partitions) => change({ partitions })}
          placeholder="default of the broker"
          error={problemOf('partitions')}
        />
        <TextField
          label="Replication factor"
          value={form.replicationFactor}
          onInput={(replicationFactor) => change({ replicationFactor })}
          placeholder="default of the broker"
          error={problemOf('replicationFactor')}
        />
      </div>
      <ConfigsPart form={form} change={change} problemOf={problemOf} />
    </>
  );
}

function FilteredPart({ form, change }: PartProps): ComponentChildren {
  const found = useResource<TopicPage>(
    `api/topics?${new URLSearchParams({ query: form.source, limit: '20' })}`,
    { refreshMs: 60_000, keep: true },
  );
  const names = (found.data?.topics ?? [])
    .filter(({ filtered }) => filtered === null)
    .map(({ name }) => name);
  return (
    <>
      <p class="muted">
        A filtered topic is a question that any Kafka client reads like a topic: the partitions and
        offsets of its source, only the records that match. It takes no disk.
      </p>
      <TextField
        label="Source topic"
        value={form.source}
        onInput={(source) => change({ source })}
        suggestions={names}
        mono
      />
      <FilterField
        label="Records that match"
        value={form.filter}
        onInput={(filter) => change({ filter })}
        rows={3}
        placeholder={'value.player == "ViratKohli"'}
        note="CEL over key, value, headers, timestamp, partition, offset and topic."
      />
    </>
  );
}

function ConfigsPart({ form, change }: PartProps): ComponentChildren {
  const keys = useResource<readonly ConfigRow[]>('api/config-keys/topics', { refreshMs: 600_000 });
  const rows = (keys.data ?? []).filter(({ name }) => !name.startsWith('odradek.source'));
  const setConfig = (index: number, changed: { key?: string; value?: string }): void =>
    change({
      configs: form.configs.map((one, at) => (at === index ? { ...one, ...changed } : one)),
    });
  return (
    <div class="section">
      {form.configs.map((config, index) => {
        const known = rows.find(({ name }) => name === config.key);
        return (
          <div class="config-row" key={index}>
            <TextField
              label={`Config ${index + 1}`}
              hideLabel
              value={config.key}
              onInput={(key) => setConfig(index, { key })}
              suggestions={rows.map(({ name }) => name)}
              placeholder="retention.ms"
              autoFocus={config.key === ''}
              mono
            />
            <TextField
              label={`Value of ${config.key === '' ? 'the config' : config.key}`}
              hideLabel
              value={config.value}
              onInput={(value) => setConfig(index, { value })}
              placeholder={known?.value ?? 'value'}
              mono
            />
            <Button
              kind="quiet"
              icon="close"
              label={`Remove ${config.key}`}
              onClick={() => change({ configs: form.configs.filter((_, at) => at !== index) })}
            />
            {known?.documentation && <p class="field-note">{known.documentation}</p>}
          </div>
        );
      })}
      <div>
        <Button
          small
          icon="plus"
          onClick={() => change({ configs: [...form.configs, { key: '', value: '' }] })}
        >
          Add config
        </Button>
      </div>
    </div>
  );
}
