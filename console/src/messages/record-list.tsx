import type { ComponentChildren } from 'preact';
import type { RecordView } from '../../../src/admin/contract/messages.ts';
import { DataTable, type Column } from '../ui/data-table.tsx';
import { Time } from '../ui/time.tsx';
import type { PartitionOffset } from './position.ts';
import { PayloadCell } from './record-cells.tsx';
import { recordKey } from './tail-buffer.ts';

/** What a {@link RecordList} shows and tells. */
export interface RecordListProps {
  readonly records: readonly RecordView[];
  readonly open: PartitionOffset | null;
  readonly selected: ReadonlySet<string>;
  readonly onOpen: (record: RecordView) => void;
  /** The address of the view with a record open, to be shared. */
  readonly hrefOf: (record: RecordView) => string;
  readonly onSelect: (records: readonly RecordView[], isSelected: boolean) => void;
  /** Whether the beginning of the list is what one looks at. */
  readonly onAtTop?: (isAtTop: boolean) => void;
}

/** Records, a row each. */
export function RecordList(props: RecordListProps): ComponentChildren {
  const { records, open, selected } = props;
  const openKey = open === null ? '' : recordKey(open);
  const openIndex = records.findIndex((record) => recordKey(record) === openKey);
  return (
    <div
      class="records"
      onScrollCapture={(event) => {
        if (event.target instanceof HTMLElement) props.onAtTop?.(event.target.scrollTop < 4);
      }}
    >
      <DataTable
        label="Records"
        columns={columnsOf(props)}
        rows={records}
        keyOf={recordKey}
        isSelected={(record) => recordKey(record) === openKey || selected.has(recordKey(record))}
        onRowClick={props.onOpen}
        inView={openIndex === -1 ? undefined : openIndex}
      />
    </div>
  );
}

function columnsOf({
  records,
  selected,
  onSelect,
  hrefOf,
}: RecordListProps): readonly Column<RecordView>[] {
  const isAll = records.length > 0 && records.every((record) => selected.has(recordKey(record)));
  return [
    {
      name: 'select',
      title: (
        <input
          type="checkbox"
          aria-label={isAll ? 'Select none' : 'Select all that are shown'}
          checked={isAll}
          onChange={() => onSelect(records, !isAll)}
        />
      ),
      cell: (record) => (
        <input
          type="checkbox"
          aria-label={`Select partition ${record.partition}, offset ${record.offset}`}
          checked={selected.has(recordKey(record))}
          onClick={(event) => event.stopPropagation()}
          onChange={(event) => onSelect([record], event.currentTarget.checked)}
        />
      ),
    },
    {
      name: 'time',
      title: 'Time',
      cell: ({ timestamp }) => (
        <span class="muted">
          <Time ms={timestamp} short />
        </span>
      ),
    },
    {
      name: 'partition',
      title: <abbr title="Partition">P</abbr>,
      number: true,
      cell: (record) => record.partition,
    },
    {
      name: 'offset',
      title: 'Offset',
      number: true,
      cell: (record) => <a href={hrefOf(record)}>{record.offset}</a>,
    },
    {
      name: 'key',
      title: 'Key',
      cell: ({ key }) => (
        <span class="record-key">
          <PayloadCell view={key} nothing="no key" />
        </span>
      ),
    },
    {
      name: 'value',
      title: 'Value',
      cell: ({ value }) => <PayloadCell view={value} nothing="tombstone" />,
    },
  ];
}
