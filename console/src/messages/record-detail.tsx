import type { ComponentChildren, RefObject } from 'preact';
import type { RecordView } from '../../../src/admin/contract/messages.ts';
import { mayChange, session } from '../data/session.ts';
import { useResource } from '../data/use-resource.ts';
import { useStore } from '../data/use-store.ts';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/command-line.tsx';
import { ErrorNotice, Loading } from '../ui/empty.tsx';
import { Time } from '../ui/time.tsx';
import { recordJsonLine } from './json-lines.ts';
import { PayloadView } from './payload-view.tsx';
import type { PartitionOffset } from './position.ts';
import { PayloadCell } from './record-cells.tsx';

/** What a {@link RecordDetail} shows and tells. */
export interface RecordDetailProps {
  readonly topic: string;
  readonly place: PartitionOffset;
  /** As it stands in the list, where it does. */
  readonly record: RecordView | undefined;
  readonly onClose: () => void;
  readonly onStep: (by: 1 | -1) => void;
  /** Edits it and sends it again; absent where nothing can be written. */
  readonly onEdit: ((record: RecordView) => void) | undefined;
  readonly panelRef: RefObject<HTMLElement | null>;
}

/** Everything about one record. What the list has only the beginning of is asked for whole. */
export function RecordDetail(props: RecordDetailProps): ComponentChildren {
  const { topic, place, record, onClose, onStep } = props;
  const whole = useWholeRecord(topic, place, record);
  const shown = whole.data ?? record;
  return (
    <aside class="card record-detail" aria-label="Record" ref={props.panelRef} tabIndex={-1}>
      <div class="card-head">
        <h2>
          Partition {place.partition}, offset {place.offset}
        </h2>
        <span class="spread" />
        <Button kind="quiet" small label="Record above (k)" icon="up" onClick={() => onStep(-1)} />
        <Button kind="quiet" small label="Record below (j)" icon="down" onClick={() => onStep(1)} />
        <Button kind="quiet" small label="Close (Escape)" icon="close" onClick={onClose} />
      </div>
      <div class="record-body">
        {shown === undefined && whole.error === undefined && <Loading />}
        {whole.error !== undefined && <ErrorNotice error={whole.error} />}
        {shown !== undefined && <RecordParts record={shown} onEdit={props.onEdit} />}
      </div>
    </aside>
  );
}

function useWholeRecord(
  topic: string,
  { partition, offset }: PartitionOffset,
  record: RecordView | undefined,
): ReturnType<typeof useResource<RecordView>> {
  const parts = record === undefined ? [] : [record.key, record.value];
  const isWhole = record !== undefined && parts.every((part) => part?.cut !== true);
  const path = `api/topics/${encodeURIComponent(topic)}/messages/${partition}/${offset}`;
  // A record never changes: asked for once in an hour is once.
  return useResource<RecordView>(isWhole ? null : path, { refreshMs: 3_600_000 });
}

function RecordParts({
  record,
  onEdit,
}: {
  readonly record: RecordView;
  readonly onEdit: RecordDetailProps['onEdit'];
}): ComponentChildren {
  const isCut = record.key?.cut === true || record.value?.cut === true;
  const canWrite = mayChange(useStore(session));
  return (
    <>
      <div class="row">
        <span class="muted">
          <Time ms={record.timestamp} />
        </span>
        <span class="spread" />
        {!isCut && <CopyButton text={() => recordJsonLine(record)} label="Copy as a JSON line" />}
        {canWrite && onEdit !== undefined && !isCut && (
          <Button small icon="edit" onClick={() => onEdit(record)}>
            Edit and send again
          </Button>
        )}
      </div>
      <PayloadView name="Key" view={record.key} nothing="It has no key." />
      <PayloadView
        name="Value"
        view={record.value}
        nothing="A tombstone: it deletes its key where the topic is compacted."
      />
      <Headers record={record} />
    </>
  );
}

function Headers({ record: { headers } }: { readonly record: RecordView }): ComponentChildren {
  return (
    <section class="payload" aria-label="Headers">
      <h3>Headers</h3>
      {headers.length === 0 ? (
        <p class="muted">It has none.</p>
      ) : (
        <dl class="headers">
          {headers.map(({ key, value }, index) => (
            <div key={index}>
              <dt>{key}</dt>
              <dd>
                <PayloadCell view={value} nothing="null" />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
