import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { rowWindow, type RowWindow } from './windowing.ts';

/** A column of a table. */
export interface Column<Row> {
  readonly name: string;
  readonly title: ComponentChildren;
  readonly cell: (row: Row) => ComponentChildren;
  /** Figures stand at the right. */
  readonly number?: boolean;
  /** Long text may take several lines; not in windowed tables, whose rows are one high. */
  readonly wrap?: boolean;
  readonly sortable?: boolean;
}

/** How a table is sorted. */
export interface Sort {
  readonly by: string;
  readonly order: 'asc' | 'desc';
}

/** What a {@link DataTable} shows. */
export interface DataTableProps<Row> {
  /** What it is a table of, for those who do not see it. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  /** Undefined: a row that has not come yet. */
  readonly rows: readonly (Row | undefined)[];
  readonly keyOf: (row: Row) => string;
  readonly sort?: Sort | undefined;
  readonly onSort?: (sort: Sort) => void;
  readonly isSelected?: (row: Row) => boolean;
  readonly onRowClick?: (row: Row) => void;
  /** Is told which rows are drawn, `[first, last)`. */
  readonly onWindow?: (first: number, last: number) => void;
  /** The index of a row that must be in view: scrolled to when it changes. */
  readonly inView?: number | undefined;
}

const rowHeight = 35;
/** Below this many rows all are drawn. */
const windowedFrom = 80;

/** A table; of a long one only the rows near the view are in the page. */
export function DataTable<Row>(props: DataTableProps<Row>): ComponentChildren {
  const { columns, rows } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const shown = useRowWindow(body, rows.length);
  useEffect(() => props.onWindow?.(shown.first, shown.last), [shown.first, shown.last]);
  useRowInView(body, props.inView);
  return (
    <div
      class={rows.length > windowedFrom ? 'table-frame long' : 'table-frame'}
      role="region"
      aria-label={props.label}
      tabIndex={0}
    >
      <table class="table" aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {columns.map((column) => (
              <HeadCell key={column.name} column={column} sort={props.sort} onSort={props.onSort} />
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {shown.spaceBefore > 0 && <Spacer height={shown.spaceBefore} columns={columns.length} />}
          {rows.slice(shown.first, shown.last).map((row, index) => (
            <BodyRow
              key={row === undefined ? shown.first + index : props.keyOf(row)}
              row={row}
              index={shown.first + index}
              table={props}
            />
          ))}
          {shown.spaceAfter > 0 && <Spacer height={shown.spaceAfter} columns={columns.length} />}
        </tbody>
      </table>
    </div>
  );
}

function BodyRow<Row>({
  row,
  index,
  table: { columns, isSelected, onRowClick },
}: {
  readonly row: Row | undefined;
  readonly index: number;
  readonly table: DataTableProps<Row>;
}): ComponentChildren {
  if (row === undefined) {
    return (
      <tr aria-rowindex={index + 2} aria-busy="true">
        <td colSpan={columns.length} class="faint">
          …
        </td>
      </tr>
    );
  }
  return (
    <tr
      aria-rowindex={index + 2}
      aria-selected={isSelected?.(row) === true ? 'true' : undefined}
      class={onRowClick === undefined ? undefined : 'clickable'}
      onClick={onRowClick && (() => onRowClick(row))}
    >
      {columns.map((column) => (
        <td key={column.name} class={cellClass(column)}>
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}

function cellClass(column: Column<never>): string | undefined {
  if (column.number === true) return 'number';
  return column.wrap === true ? 'wrap' : undefined;
}

function Spacer({ height, columns }: { height: number; columns: number }): ComponentChildren {
  return (
    <tr class="spacer" aria-hidden="true">
      <td colSpan={columns} style={{ height: `${height}px` }} />
    </tr>
  );
}

function HeadCell<Row>({
  column,
  sort,
  onSort,
}: {
  readonly column: Column<Row>;
  readonly sort: Sort | undefined;
  readonly onSort: ((sort: Sort) => void) | undefined;
}): ComponentChildren {
  const className = column.number === true ? 'number' : undefined;
  if (column.sortable !== true || onSort === undefined) {
    return (
      <th scope="col" class={className}>
        {column.title}
      </th>
    );
  }
  const order = sort?.by === column.name ? sort.order : undefined;
  const next = order === undefined ? (column.number === true ? 'desc' : 'asc') : flipped(order);
  return (
    <th
      scope="col"
      class={className}
      aria-sort={order === undefined ? undefined : order === 'asc' ? 'ascending' : 'descending'}
    >
      <button type="button" onClick={() => onSort({ by: column.name, order: next })}>
        {column.title}
        {order !== undefined && <span aria-hidden="true">{order === 'asc' ? ' ↑' : ' ↓'}</span>}
      </button>
    </th>
  );
}

function flipped(order: Sort['order']): Sort['order'] {
  return order === 'asc' ? 'desc' : 'asc';
}

/** Scrolls as little as it takes to see the row. */
function useRowInView(
  body: { readonly current: HTMLTableSectionElement | null },
  index: number | undefined,
): void {
  useEffect(() => {
    if (index === undefined) return;
    const row = body.current?.querySelector(`tr[aria-rowindex="${index + 2}"]`);
    if (row) row.scrollIntoView({ block: 'nearest' });
    else body.current?.closest('.table-frame')?.scrollTo({ top: index * rowHeight });
  }, [index, body]);
}

/** Follows the scrolling of the page, or of the frame around the table. */
function useRowWindow(
  body: { readonly current: HTMLTableSectionElement | null },
  count: number,
): RowWindow {
  const windowed = count > windowedFrom;
  const [shown, setShown] = useState(() => rowWindow(count, rowHeight, 0, 900));
  useLayoutEffect(() => {
    if (!windowed) return undefined;
    const measure = (): void => {
      const top = body.current?.getBoundingClientRect().top ?? 0;
      const next = rowWindow(count, rowHeight, -top, window.innerHeight);
      setShown((before) =>
        before.first === next.first &&
        before.last === next.last &&
        before.spaceAfter === next.spaceAfter
          ? before
          : next,
      );
    };
    measure();
    // Captured, since scrolling of an element does not bubble.
    const options = { capture: true, passive: true };
    document.addEventListener('scroll', measure, options);
    window.addEventListener('resize', measure);
    return () => {
      document.removeEventListener('scroll', measure, options);
      window.removeEventListener('resize', measure);
    };
  }, [windowed, count, body]);
  return windowed ? shown : { first: 0, last: count, spaceBefore: 0, spaceAfter: 0 };
}
