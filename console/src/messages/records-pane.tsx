import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { RecordView } from '../../../src/admin/contract/messages.ts';
import { apiGet } from '../data/api.ts';
import { mayChange, session } from '../data/session.ts';
import { useStore } from '../data/use-store.ts';
import { Button } from '../ui/button.tsx';
import { copyText } from '../ui/command-line.tsx';
import { exact } from '../ui/figures.ts';
import { toast } from '../ui/toast.tsx';
import { recordJsonLine } from './json-lines.ts';
import { messagesHref } from './messages-href.ts';
import type { MessagesProps } from './messages-view.tsx';
import type { PartitionOffset } from './position.ts';
import { PublishDialog } from './publish-dialog.tsx';
import { RecordDetail } from './record-detail.tsx';
import { RecordList } from './record-list.tsx';
import { ResendDialog } from './resend-dialog.tsx';
import { recordKey } from './tail-buffer.ts';
import { useRecordKeys } from './use-record-keys.ts';

/** A list of records, the one that is open beside it, and what can be done with those that are selected. */
export function RecordsPane({
  topic,
  query,
  show,
  records,
  onAtTop,
}: MessagesProps & {
  readonly records: readonly RecordView[];
  readonly onAtTop?: (isAtTop: boolean) => void;
}): ComponentChildren {
  const [editing, setEditing] = useState<RecordView>();
  const panel = useRef<HTMLElement>(null);
  const { open, selected } = query;
  const openKey = open === null ? '' : recordKey(open);
  const at = records.findIndex((record) => recordKey(record) === openKey);
  const keys = new Set(selected.map(recordKey));
  const openAt = (index: number): void => {
    const record = records[Math.min(Math.max(index, 0), records.length - 1)];
    if (record !== undefined) show({ ...query, open: placeOf(record) });
  };
  const close = (): void => {
    show({ ...query, open: null });
    document.querySelector<HTMLElement>('.records .table-frame')?.focus({ preventScroll: true });
  };
  const select = (chosen: readonly PartitionOffset[], isSelected: boolean): void => {
    const named = new Set(chosen.map(recordKey));
    const others = selected.filter((place) => !named.has(recordKey(place)));
    show({ ...query, selected: isSelected ? [...others, ...chosen.map(placeOf)] : others });
  };
  useRecordKeys({
    step: (by) => openAt(at === -1 ? 0 : at + by),
    enter: () => panel.current?.focus(),
    close: () => open !== null && close(),
    toggle: () => open !== null && select([open], !keys.has(openKey)),
  });
  return (
    <div class={open === null ? 'records-pane' : 'records-pane with-detail'}>
      <div class="records-main">
        {selected.length > 0 && (
          <SelectionBar
            topic={topic.name}
            records={records}
            selected={selected}
            onNone={() => show({ ...query, selected: [] })}
          />
        )}
        {records.length > 0 && (
          <RecordList
            records={records}
            open={open}
            selected={keys}
            onOpen={(record) => show({ ...query, open: placeOf(record) })}
            hrefOf={(record) => messagesHref(topic.name, { ...query, open: placeOf(record) })}
            onSelect={select}
            {...(onAtTop === undefined ? {} : { onAtTop })}
          />
        )}
      </div>
      {open !== null && (
        <RecordDetail
          key={openKey}
          topic={topic.name}
          place={open}
          record={records[at]}
          onClose={close}
          onStep={(by) => openAt(at === -1 ? 0 : at + by)}
          onEdit={topic.filtered === null ? setEditing : undefined}
          panelRef={panel}
        />
      )}
      {editing !== undefined && (
        <PublishDialog topic={topic} record={editing} onClose={() => setEditing(undefined)} />
      )}
    </div>
  );
}

function placeOf({ partition, offset }: PartitionOffset): PartitionOffset {
  return { partition, offset };
}

function SelectionBar({
  topic,
  records,
  selected,
  onNone,
}: {
  readonly topic: string;
  readonly records: readonly RecordView[];
  readonly selected: readonly PartitionOffset[];
  readonly onNone: () => void;
}): ComponentChildren {
  const [isResending, setResending] = useState(false);
  const canWrite = mayChange(useStore(session));
  return (
    <div class="selection-bar">
      <strong>{exact(selected.length)} selected</strong>
      <span class="spread" />
      <Button small icon="copy" onClick={() => void copyLines(topic, records, selected)}>
        Copy as JSON lines
      </Button>
      {canWrite && (
        <Button small icon="send" onClick={() => setResending(true)}>
          Resend to a topic
        </Button>
      )}
      <Button small kind="quiet" onClick={onNone}>
        Select none
      </Button>
      {isResending && (
        <ResendDialog topic={topic} records={selected} onClose={() => setResending(false)} />
      )}
    </div>
  );
}

/** What the list does not have, or has only the beginning of, is asked for first. */
async function copyLines(
  topic: string,
  records: readonly RecordView[],
  selected: readonly PartitionOffset[],
): Promise<void> {
  const shown = new Map(records.map((record) => [recordKey(record), record]));
  try {
    const lines: string[] = [];
    for (const place of selected) {
      const known = shown.get(recordKey(place));
      const isWhole = known !== undefined && known.key?.cut !== true && known.value?.cut !== true;
      const record = isWhole
        ? known
        : await apiGet<RecordView>(
            `api/topics/${encodeURIComponent(topic)}/messages/${place.partition}/${place.offset}`,
          );
      lines.push(recordJsonLine(record));
    }
    const copied = await copyText(`${lines.join('\n')}\n`);
    if (copied) toast(`${exact(lines.length)} records were copied.`);
    else toast('The browser did not let the page copy.', 'bad');
  } catch (thrown) {
    toast(thrown instanceof Error ? thrown.message : String(thrown), 'bad');
  }
}
