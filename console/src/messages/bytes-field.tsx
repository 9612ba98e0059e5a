import type { ComponentChildren } from 'preact';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { prettyJson } from './json-print.ts';
import { readJson } from './json-tree.ts';
import { writtenProblem, type WrittenBytes, type WrittenForm } from './record-form.ts';

const formNames: Readonly<Record<Exclude<WrittenForm, 'none'>, string>> = {
  text: 'text',
  json: 'JSON',
  base64: 'base64',
};

/** A key, a value or the value of a header: how it is written, and what. */
export function BytesField({
  label,
  hideLabel = false,
  value,
  onChange,
  forms,
  noneText,
  rows,
}: {
  readonly label: string;
  readonly hideLabel?: boolean;
  readonly value: WrittenBytes;
  readonly onChange: (value: WrittenBytes) => void;
  readonly forms: readonly WrittenForm[];
  /** What null is called here. */
  readonly noneText: string;
  readonly rows: number;
}): ComponentChildren {
  const problem = value.text === '' ? undefined : writtenProblem(value);
  const json = value.form === 'json' ? readJson(value.text) : null;
  return (
    <Field label={label} error={problem} hideLabel={hideLabel}>
      {(ids) => (
        <div class="bytes-field">
          <div class="bytes-form">
            <select
              class="input"
              aria-label={`Form of ${label.toLowerCase()}`}
              value={value.form}
              onChange={(event) =>
                onChange({ ...value, form: event.currentTarget.value as WrittenForm })
              }
            >
              {forms.map((form) => (
                <option key={form} value={form}>
                  {form === 'none' ? noneText : formNames[form]}
                </option>
              ))}
            </select>
            {json !== null && rows > 1 && (
              <Button small onClick={() => onChange({ ...value, text: prettyJson(json) })}>
                Format
              </Button>
            )}
          </div>
          {value.form !== 'none' &&
            (rows > 1 ? (
              <textarea
                {...ids}
                class="input mono"
                rows={rows}
                value={value.text}
                spellcheck={false}
                onInput={(event) => onChange({ ...value, text: event.currentTarget.value })}
              />
            ) : (
              <input
                {...ids}
                class="input mono"
                value={value.text}
                spellcheck={false}
                autocomplete="off"
                onInput={(event) => onChange({ ...value, text: event.currentTarget.value })}
              />
            ))}
        </div>
      )}
    </Field>
  );
}
