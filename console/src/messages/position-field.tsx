import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { preferences } from '../data/preferences.ts';
import { useStore } from '../data/use-store.ts';
import { SelectField, TextField } from '../ui/field.tsx';
import { formatTimeField, parseTimeField } from '../ui/time-field.ts';
import type { Position } from './position.ts';

type Kind = Position['at'];

const kinds: Readonly<Record<Kind, string>> = {
  beginning: 'the beginning',
  end: 'the end',
  offset: 'offset',
  time: 'time',
  last: 'last of each partition',
};

/** A place in every partition: a kind and, where it needs one, a number or a time in the chosen zone. */
export function PositionField({
  label,
  value,
  choices,
  onChange,
}: {
  readonly label: string;
  readonly value: Position | null;
  readonly choices: readonly Kind[];
  /** Null while what was written is no position yet. */
  readonly onChange: (position: Position | null) => void;
}): ComponentChildren {
  const { zone } = useStore(preferences);
  const [kind, setKind] = useState<Kind>(value?.at ?? choices[0] ?? 'beginning');
  const [text, setText] = useState(() => textOf(value, zone));
  useEffect(() => {
    // An address that was followed shows what it says; what is being written stays.
    if (value === null) return;
    setKind(value.at);
    if (!isSame(readPosition(value.at, text, zone), value)) setText(textOf(value, zone));
  }, [value, zone]);
  const choose = (next: Kind): void => {
    const filled =
      next === 'time'
        ? formatTimeField(Date.now() - 3_600_000, zone)
        : next === 'last'
          ? '100'
          : '0';
    setKind(next);
    setText(filled);
    onChange(readPosition(next, filled, zone));
  };
  const write = (next: string): void => {
    setText(next);
    onChange(readPosition(kind, next, zone));
  };
  const isWrong = readPosition(kind, text, zone) === null;
  return (
    <div class="position-field" role="group" aria-label={label}>
      <SelectField
        label={label}
        value={kind}
        choices={choices.map((one) => ({ value: one, text: kinds[one] }))}
        onChange={choose}
      />
      {kind !== 'beginning' && kind !== 'end' && (
        <TextField
          label={kind === 'time' ? `Time (${zone})` : kind === 'last' ? 'Count' : 'Offset'}
          value={text}
          onInput={write}
          error={isWrong ? (kind === 'time' ? '2026-01-31 12:00:00.000' : 'a number') : undefined}
          placeholder={kind === 'time' ? '2026-01-31 12:00:00.000' : '0'}
          mono
        />
      )}
    </div>
  );
}

function textOf(position: Position | null, zone: string): string {
  switch (position?.at) {
    case 'offset':
      return String(position.offset);
    case 'last':
      return String(position.count);
    case 'time':
      return formatTimeField(position.timeMs, zone).replace('T', ' ');
    default:
      return '';
  }
}

function readPosition(kind: Kind, text: string, zone: string): Position | null {
  if (kind === 'beginning' || kind === 'end') return { at: kind };
  if (kind === 'time') {
    const timeMs = parseTimeField(text, zone);
    return timeMs === null ? null : { at: kind, timeMs };
  }
  if (!/^\d{1,15}$/.test(text.trim())) return null;
  const number = Number(text);
  return kind === 'offset' ? { at: kind, offset: number } : { at: kind, count: number };
}

function isSame(a: Position | null, b: Position | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
