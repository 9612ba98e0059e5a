import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type {
  GroupDetail,
  OffsetReset,
  ResetOffsetsBody,
} from '../../../src/admin/contract/topics.ts';
import { toApiError, type ApiError } from '../data/api-error.ts';
import { apiSend } from '../data/api.ts';
import { session } from '../data/session.ts';
import { useStore } from '../data/use-store.ts';
import { PositionField } from '../messages/position-field.tsx';
import { positionText, type Position } from '../messages/position.ts';
import { Segmented } from '../ui/button.tsx';
import { CommandLine } from '../ui/command-line.tsx';
import { DataTable, type Column } from '../ui/data-table.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { ErrorNotice } from '../ui/empty.tsx';
import { SelectField, TextField } from '../ui/field.tsx';
import { exact } from '../ui/figures.ts';
import { toast } from '../ui/toast.tsx';
import { resetOffsetsCommand } from './group-commands.ts';

/** What the form holds. */
interface ResetForm {
  readonly topic: string;
  /** `all` or a number. */
  readonly partition: string;
  readonly kind: 'to' | 'shift';
  readonly position: Position | null;
  readonly shift: string;
}

/** Has a group go on from somewhere else; what that means for each partition is seen before it is done. */
export function ResetOffsetsDialog({
  group,
  onClose,
  onChanged,
}: {
  readonly group: GroupDetail;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}): ComponentChildren {
  const { groupId, members } = group;
  const bootstrap = useStore(session)?.bootstrapServers ?? '';
  const topics = [...new Set(group.offsets.map(({ topic }) => topic))].toSorted();
  const [form, setForm] = useState<ResetForm>({
    topic: topics[0] ?? '',
    partition: 'all',
    kind: 'to',
    position: { at: 'beginning' },
    shift: '-10',
  });
  const body = bodyOf(form);
  const preview = usePreview(groupId, body);
  const changed = (preview.resets ?? []).filter((one) => one.newOffset !== one.oldOffset).length;
  const command = body === null ? null : resetOffsetsCommand(bootstrap, groupId, body);
  return (
    <Confirm
      title={`Reset offsets of ${groupId}`}
      action={`Reset ${exact(changed)} ${changed === 1 ? 'partition' : 'partitions'}`}
      danger
      wide
      isReady={changed > 0 && members.length === 0}
      onClose={onClose}
      onConfirm={async () => {
        await apiSend('POST', resetPath(groupId), body);
        toast(`${groupId} goes on from elsewhere in ${exact(changed)} partitions.`);
        onChanged();
      }}
    >
      {members.length > 0 && (
        <div class="notice warn">
          {groupId} has {exact(members.length)} {members.length === 1 ? 'member' : 'members'}. Its
          offsets can be reset once they have stopped; this is what it would mean.
        </div>
      )}
      <ResetFields
        group={group}
        topics={topics}
        form={form}
        change={(part) => setForm((before) => ({ ...before, ...part }))}
      />
      <Preview {...preview} />
      {command !== null && <CommandLine command={command} />}
    </Confirm>
  );
}

function resetPath(groupId: string): string {
  return `api/groups/${encodeURIComponent(groupId)}/reset-offsets`;
}

function bodyOf(form: ResetForm): ResetOffsetsBody | null {
  if (form.topic === '') return null;
  const partitions = form.partition === 'all' ? {} : { partitions: [Number(form.partition)] };
  if (form.kind === 'shift') {
    const isNumber = /^-?\d{1,15}$/.test(form.shift.trim());
    return isNumber
      ? { topic: form.topic, ...partitions, to: `shift:${Number(form.shift)}` }
      : null;
  }
  if (form.position === null) return null;
  return { topic: form.topic, ...partitions, to: positionText(form.position) };
}

function ResetFields({
  group,
  topics,
  form,
  change,
}: {
  readonly group: GroupDetail;
  readonly topics: readonly string[];
  readonly form: ResetForm;
  readonly change: (part: Partial<ResetForm>) => void;
}): ComponentChildren {
  const partitions = group.offsets
    .filter(({ topic }) => topic === form.topic)
    .map(({ partition }) => partition)
    .toSorted((a, b) => a - b);
  return (
    <>
      <div class="grid-2">
        <SelectField
          label="Topic"
          value={form.topic}
          choices={topics.map((topic) => ({ value: topic, text: topic }))}
          onChange={(topic) => change({ topic, partition: 'all' })}
        />
        <SelectField
          label="Partition"
          value={form.partition}
          choices={[
            { value: 'all', text: 'All partitions' },
            ...partitions.map((one) => ({ value: String(one), text: `Partition ${one}` })),
          ]}
          onChange={(partition) => change({ partition })}
        />
      </div>
      <Segmented
        label="How"
        value={form.kind}
        choices={[
          { value: 'to', text: 'Go to' },
          { value: 'shift', text: 'Shift by' },
        ]}
        onChange={(kind) => change({ kind })}
      />
      {form.kind === 'to' ? (
        <PositionField
          label="Go on from"
          value={form.position}
          choices={['beginning', 'end', 'offset', 'time', 'last']}
          onChange={(position) => change({ position })}
        />
      ) : (
        <TextField
          label="Records"
          value={form.shift}
          onInput={(shift) => change({ shift })}
          note="With a minus, so many records are read again; without, left out."
          mono
        />
      )}
    </>
  );
}

const previewColumns: readonly Column<OffsetReset>[] = [
  { name: 'partition', title: 'Partition', number: true, cell: ({ partition }) => partition },
  { name: 'old', title: 'Now', number: true, cell: ({ oldOffset }) => exact(oldOffset) },
  {
    name: 'new',
    title: 'Then',
    number: true,
    cell: ({ oldOffset, newOffset }) => (
      <span class={oldOffset === newOffset ? undefined : 'preview-changed'}>
        {exact(newOffset)}
      </span>
    ),
  },
  { name: 'change', title: 'Means', cell: (reset) => <Meaning reset={reset} /> },
  {
    name: 'lag',
    title: 'Lag then',
    number: true,
    cell: ({ newOffset, highWatermark }) => exact(Math.max(0, highWatermark - newOffset)),
  },
];

function Meaning({
  reset: { oldOffset, newOffset },
}: {
  readonly reset: OffsetReset;
}): ComponentChildren {
  if (oldOffset === null) return <span class="muted">a first offset</span>;
  const moved = newOffset - oldOffset;
  if (moved === 0) return <span class="faint">stays</span>;
  return moved < 0 ? <span>{exact(-moved)} read again</span> : <span>{exact(moved)} left out</span>;
}

function Preview({
  resets,
  error,
}: {
  readonly resets: readonly OffsetReset[] | undefined;
  readonly error: ApiError | undefined;
}): ComponentChildren {
  if (error !== undefined) return <ErrorNotice error={error} />;
  if (resets === undefined) return <p class="faint">Asking the broker what it would mean…</p>;
  return (
    <DataTable
      label="What it would mean"
      columns={previewColumns}
      rows={resets}
      keyOf={({ partition }) => String(partition)}
    />
  );
}

/** What the broker says it would do, a moment after the last change. */
function usePreview(
  groupId: string,
  body: ResetOffsetsBody | null,
): { readonly resets: readonly OffsetReset[] | undefined; readonly error: ApiError | undefined } {
  const key = JSON.stringify(body);
  const [outcome, setOutcome] = useState<{
    readonly key: string;
    readonly resets?: readonly OffsetReset[];
    readonly error?: ApiError;
  }>();
  useEffect(() => {
    if (body === null) return undefined;
    let current = true;
    const timer = setTimeout(() => {
      apiSend<readonly OffsetReset[]>('POST', resetPath(groupId), { ...body, dryRun: true })
        .then((resets) => current && setOutcome({ key, resets }))
        .catch((thrown: unknown) => current && setOutcome({ key, error: toApiError(thrown) }));
    }, 200);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [key]);
  const isCurrent = outcome?.key === key;
  return {
    resets: isCurrent ? outcome.resets : undefined,
    error: isCurrent ? outcome.error : undefined,
  };
}
