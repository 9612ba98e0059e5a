import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ConfigRow } from '../../../src/admin/contract/topics.ts';
import { toApiError, type ApiError } from '../data/api-error.ts';
import { apiSend } from '../data/api.ts';
import { session } from '../data/session.ts';
import { useStore } from '../data/use-store.ts';
import { FilterField } from '../messages/filter-field.tsx';
import { configCommand, filteredTopicKeys } from '../topics/topic-commands.ts';
import { Button } from '../ui/button.tsx';
import { CommandLine } from '../ui/command-line.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { toast } from '../ui/toast.tsx';
import { configsPath, type ConfigResource } from './config-resource.ts';
import { isSet, readableValue, sourceText } from './config-sources.ts';

/** Sets a config, or returns it to what is inherited; the broker is asked on the way whether it would take it. */
export function ConfigDialog({
  resource,
  row,
  onClose,
  onChanged,
}: {
  readonly resource: ConfigResource;
  readonly row: ConfigRow;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}): ComponentChildren {
  const bootstrap = useStore(session)?.bootstrapServers ?? '';
  const [value, setValue] = useState<string | null>(row.value ?? '');
  const isChanged = value !== (row.value ?? '');
  const trial = useTrial(resource, row.name, value, isChanged);
  const set = { [row.name]: value };
  const command = configCommand(bootstrap, resource, set);
  return (
    <Confirm
      title={row.name}
      action={value === null ? `Return to ${nameOf(row.inherited)}` : 'Set'}
      isReady={isChanged && trial.state === 'good'}
      onClose={onClose}
      onConfirm={async () => {
        await apiSend('PATCH', configsPath(resource), { set });
        toast(`${row.name} was ${value === null ? 'returned to its default' : 'set'}.`);
        onChanged();
      }}
    >
      {row.documentation !== null && <p class="muted">{row.documentation}</p>}
      <p class="faint">
        {row.type.toLowerCase()} · {sourceText(row.source)}
        {row.inherited !== null && ` · ${nameOf(row.inherited)} without it`}
      </p>
      <ValueField row={row} value={value} onInput={setValue} />
      {isSet(row) && value !== null && (
        <div>
          <Button small onClick={() => setValue(null)}>
            Return to {nameOf(row.inherited)}
          </Button>
        </div>
      )}
      <TrialNote trial={trial} />
      {isChanged && <CommandLine command={command} />}
    </Confirm>
  );
}

function ValueField({
  row,
  value,
  onInput,
}: {
  readonly row: ConfigRow;
  readonly value: string | null;
  readonly onInput: (value: string) => void;
}): ComponentChildren {
  if (row.name === filteredTopicKeys.filter) {
    return <FilterField label="Filter" value={value ?? ''} onInput={onInput} rows={3} />;
  }
  return (
    <TextField
      label="Value"
      value={value ?? ''}
      onInput={onInput}
      placeholder={value === null ? (row.inherited ?? '') : ''}
      note={readableValue(row.name, value) ?? undefined}
      type={row.isSensitive ? 'password' : 'text'}
      autoFocus
      mono
    />
  );
}

type Trial =
  | { readonly state: 'none' | 'trying' | 'good' }
  | { readonly state: 'bad'; readonly error: ApiError };

/** Has the broker say whether it would take the value, a moment after the last key. */
function useTrial(
  resource: ConfigResource,
  name: string,
  value: string | null,
  isChanged: boolean,
): Trial {
  const [outcome, setOutcome] = useState<{ value: string | null; trial: Trial }>();
  useEffect(() => {
    if (!isChanged) return undefined;
    let current = true;
    const report = (trial: Trial): void => {
      if (current) setOutcome({ value, trial });
    };
    const timer = setTimeout(() => {
      apiSend('PATCH', configsPath(resource), { set: { [name]: value }, dryRun: true })
        .then(() => report({ state: 'good' }))
        .catch((thrown: unknown) => report({ state: 'bad', error: toApiError(thrown) }));
    }, 300);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [value, isChanged]);
  if (!isChanged) return { state: 'none' };
  return outcome !== undefined && outcome.value === value ? outcome.trial : { state: 'trying' };
}

function TrialNote({ trial }: { readonly trial: Trial }): ComponentChildren {
  return (
    <div role="status" class="trial">
      {trial.state === 'good' && <span class="good-text">The broker would take it.</span>}
      {trial.state === 'bad' && <span class="field-error">{trial.error.problem.message}</span>}
      {trial.state === 'trying' && <span class="faint">Asking the broker…</span>}
    </div>
  );
}

function nameOf(inherited: string | null): string {
  if (inherited === null) return 'the default';
  return inherited === '' ? 'empty' : inherited;
}
