import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, Segmented } from '../ui/button.tsx';
import { CheckField, SelectField } from '../ui/field.tsx';
import { exact } from '../ui/figures.ts';
import { useSlashKey } from '../ui/search-field.tsx';
import { FilterField } from './filter-field.tsx';
import { changedMessages, type MessagesOrder, type MessagesQuery } from './messages-query.ts';
import type { MessagesProps } from './messages-view.tsx';
import { PositionField } from './position-field.tsx';
import type { Position } from './position.ts';

const orders: readonly { readonly value: MessagesOrder; readonly text: string }[] = [
  { value: 'newest', text: 'Newest' },
  { value: 'offset', text: 'By time' },
  { value: 'partition', text: 'By offset' },
  { value: 'tail', text: 'Live' },
];

const orderNotes: Readonly<Record<MessagesOrder, string>> = {
  newest: 'The newest records of all partitions first.',
  offset: 'Each partition by offset, merged by time.',
  partition: 'Strictly by offset, one partition after the other.',
  tail: 'What is written from now on.',
};

/** What of a topic is shown, and in which order. */
export function MessagesToolbar({ topic, query, show }: MessagesProps): ComponentChildren {
  const apply = (change: Partial<MessagesQuery>): void =>
    show(changedMessages(query, change), { push: true });
  const isRanged = query.order === 'offset' || query.order === 'partition';
  return (
    <div class="stack toolbars">
      <div class="toolbar">
        <Segmented
          label="Order"
          value={query.order}
          choices={orders}
          onChange={(order) => apply({ order, from: null, until: null })}
        />
        <span class="faint order-note">{orderNotes[query.order]}</span>
        <span class="spread" />
        <PartitionSelect partitions={topic.partitions} query={query} apply={apply} />
        {query.order !== 'tail' && (
          <SelectField
            label="Records on a page"
            hideLabel
            value={String(query.limit)}
            choices={limitChoices(query.limit)}
            onChange={(limit) => apply({ limit: Number(limit) })}
          />
        )}
        <CheckField
          label="Committed only"
          checked={query.committed}
          onChange={(committed) => apply({ committed })}
        />
      </div>
      {isRanged && <RangeFields key={query.order} query={query} apply={apply} />}
      <WhereField query={query} apply={apply} />
    </div>
  );
}

interface PartProps {
  readonly query: MessagesQuery;
  readonly apply: (change: Partial<MessagesQuery>) => void;
}

function limitChoices(limit: number): readonly { readonly value: string; readonly text: string }[] {
  const limits = [100, 500, 1000, 10_000];
  return (limits.includes(limit) ? limits : [limit, ...limits]).map((one) => ({
    value: String(one),
    text: `${exact(one)} a page`,
  }));
}

function PartitionSelect({
  partitions,
  query,
  apply,
}: PartProps & { readonly partitions: number }): ComponentChildren {
  const chosen = query.partitions.join(',');
  const single = Array.from({ length: partitions }, (_, index) => ({
    value: String(index),
    text: `Partition ${index}`,
  }));
  return (
    <SelectField
      label="Partitions"
      hideLabel
      value={chosen}
      choices={[
        { value: '', text: 'All partitions' },
        ...(query.partitions.length > 1
          ? [{ value: chosen, text: `Partitions ${query.partitions.join(', ')}` }]
          : []),
        ...single,
      ]}
      onChange={(text) => apply({ partitions: text === '' ? [] : text.split(',').map(Number) })}
    />
  );
}

/** Where the search begins and ends; followed when it is asked for, not with each key. */
function RangeFields({ query, apply }: PartProps): ComponentChildren {
  const [from, setFrom] = useState<Position>(query.from ?? { at: 'beginning' });
  const [until, setUntil] = useState<Position>(query.until ?? { at: 'end' });
  const [isWhole, setWhole] = useState({ from: true, until: true });
  const address = JSON.stringify([query.from, query.until]);
  useEffect(() => {
    setFrom(query.from ?? { at: 'beginning' });
    setUntil(query.until ?? { at: 'end' });
  }, [address]);
  return (
    <form
      class="range"
      onSubmit={(event) => {
        event.preventDefault();
        if (isWhole.from && isWhole.until) apply({ from, until });
      }}
    >
      <PositionField
        label="From"
        value={query.from ?? from}
        choices={['beginning', 'offset', 'time', 'last']}
        onChange={(position) => {
          setWhole((before) => ({ ...before, from: position !== null }));
          if (position !== null) setFrom(position);
          if (position?.at === 'beginning') apply({ from: position, until });
        }}
      />
      <PositionField
        label="Until"
        value={query.until ?? until}
        choices={['end', 'offset', 'time']}
        onChange={(position) => {
          setWhole((before) => ({ ...before, until: position !== null }));
          if (position !== null) setUntil(position);
          if (position?.at === 'end') apply({ from, until: position });
        }}
      />
      <Button type="submit" disabled={!isWhole.from || !isWhole.until}>
        Go
      </Button>
    </form>
  );
}

function WhereField({ query, apply }: PartProps): ComponentChildren {
  const [text, setText] = useState(query.where);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => setText(query.where), [query.where]);
  useSlashKey(() => {
    field.current?.focus();
    field.current?.select();
  });
  const search = (): void => apply({ where: text.trim() });
  return (
    <form
      class="search-form"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        search();
      }}
    >
      <FilterField
        label="Search with a filter in CEL"
        hideLabel
        value={text}
        onInput={setText}
        onSubmit={search}
        placeholder={'Search: value.player == "ViratKohli"'}
        fieldRef={field}
      />
      <Button type="submit" icon="search" kind={text.trim() === query.where ? 'plain' : 'primary'}>
        Search
      </Button>
      {query.where !== '' && (
        <Button kind="quiet" onClick={() => apply({ where: '' })}>
          Clear
        </Button>
      )}
    </form>
  );
}
