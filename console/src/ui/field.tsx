import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

/** A label with what it belongs to, a note and what is wrong. The control gets the ids. */
export function Field({
  label,
  note,
  error,
  hideLabel = false,
  children,
}: {
  readonly label: string;
  readonly note?: ComponentChildren;
  readonly error?: string | undefined;
  readonly hideLabel?: boolean;
  readonly children: (ids: FieldIds) => ComponentChildren;
}): ComponentChildren {
  const id = useId();
  const described = note !== undefined || error !== undefined;
  return (
    <div class="field">
      <label for={id} class={hideLabel ? 'visually-hidden' : undefined}>
        {label}
      </label>
      {children({
        id,
        'aria-describedby': described ? `${id}-note` : undefined,
        'aria-invalid': error === undefined ? undefined : 'true',
      })}
      {described && (
        <div id={`${id}-note`}>
          {error !== undefined && (
            <div class="field-error" role="alert">
              {error}
            </div>
          )}
          {note !== undefined && <div class="field-note">{note}</div>}
        </div>
      )}
    </div>
  );
}

/** To be spread on the control of a {@link Field}. */
export interface FieldIds {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': 'true' | undefined;
}

/** What fields for text share. */
export interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly note?: ComponentChildren;
  readonly error?: string | undefined;
  readonly hideLabel?: boolean;
  readonly placeholder?: string;
  readonly type?: 'text' | 'search' | 'password' | 'number' | 'datetime-local';
  /** Several lines. */
  readonly rows?: number;
  readonly mono?: boolean;
  readonly autoFocus?: boolean;
  readonly disabled?: boolean;
  /** Names that are proposed. */
  readonly suggestions?: readonly string[];
}

/** A field for text. */
export function TextField(props: TextFieldProps): ComponentChildren {
  const { label, value, onInput, rows, mono = false, suggestions } = props;
  const ref = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const listId = useId();
  useEffect(() => {
    if (props.autoFocus === true) ref.current?.focus();
  }, []);
  return (
    <Field label={label} note={props.note} error={props.error} hideLabel={props.hideLabel ?? false}>
      {(ids) => {
        const shared = {
          ...ids,
          ref,
          class: mono ? 'input mono' : 'input',
          value,
          placeholder: props.placeholder,
          disabled: props.disabled,
          spellcheck: false,
          autocomplete: props.type === 'password' ? 'current-password' : 'off',
        } as const;
        if (rows !== undefined) {
          return (
            <textarea
              {...shared}
              rows={rows}
              onInput={(event) => onInput(event.currentTarget.value)}
            />
          );
        }
        return (
          <>
            <input
              {...shared}
              type={(props.type ?? 'text') as 'text'} // the types know each kind apart
              list={suggestions === undefined ? undefined : listId}
              onInput={(event) => onInput(event.currentTarget.value)}
            />
            {suggestions !== undefined && (
              <datalist id={listId}>
                {suggestions.map((name) => (
                  <option key={name} value={name} />
                ))}
              </datalist>
            )}
          </>
        );
      }}
    </Field>
  );
}

/** A choice of several. */
export function SelectField<T extends string>({
  label,
  value,
  choices,
  onChange,
  note,
  hideLabel = false,
}: {
  readonly label: string;
  readonly value: T;
  readonly choices: readonly { readonly value: T; readonly text: string }[];
  readonly onChange: (value: T) => void;
  readonly note?: ComponentChildren;
  readonly hideLabel?: boolean;
}): ComponentChildren {
  return (
    <Field label={label} note={note} hideLabel={hideLabel}>
      {(ids) => (
        <select
          {...ids}
          class="input"
          value={value}
          onChange={(event) => onChange(event.currentTarget.value as T)}
        >
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** A box to be ticked. */
export function CheckField({
  label,
  checked,
  onChange,
  disabled = false,
}: {
  readonly label: ComponentChildren;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
}): ComponentChildren {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>{label}</span>
    </label>
  );
}
