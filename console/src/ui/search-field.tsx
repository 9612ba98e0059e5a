import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** A field that searches what is below it. The key `/` goes there, Escape empties it. */
export function SearchField({
  label,
  value,
  onInput,
}: {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
}): ComponentChildren {
  const field = useRef<HTMLInputElement>(null);
  useSlashKey(() => {
    field.current?.focus();
    field.current?.select();
  });
  return (
    <input
      ref={field}
      class="input search"
      type="search"
      aria-label={label}
      placeholder={`${label}…`}
      value={value}
      spellcheck={false}
      autocomplete="off"
      onInput={(event) => onInput(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        if (value === '') field.current?.blur();
        onInput('');
      }}
    />
  );
}

/** Calls `act` on the key `/` wherever one does not write. */
export function useSlashKey(act: () => void): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== '/' || isWriting(event)) return;
      event.preventDefault();
      latest.current();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

/** Whether a key is meant for a field or a dialog, or for the browser, rather than for the view. */
export function isWriting(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return true;
  if (document.querySelector('dialog[open]') !== null) return true;
  const { target } = event;
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
    !(target instanceof HTMLInputElement && target.type === 'checkbox')
  );
}
