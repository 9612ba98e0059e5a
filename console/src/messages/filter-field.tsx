import type { ComponentChildren, RefObject } from 'preact';
import type { ApiError } from '../data/api-error.ts';
import { Field } from '../ui/field.tsx';
import './filter-field.css';
import { filterMistake } from './filter-mistake.ts';
import { useFilterCheck } from './use-filter-check.ts';

/** What a {@link FilterField} shows. */
export interface FilterFieldProps {
  readonly label: string;
  readonly hideLabel?: boolean;
  readonly value: string;
  readonly onInput: (value: string) => void;
  /** Enter; Shift and Enter begin a new line. */
  readonly onSubmit?: () => void;
  readonly placeholder?: string;
  readonly rows?: number;
  readonly note?: ComponentChildren;
  readonly fieldRef?: RefObject<HTMLTextAreaElement | null>;
}

/** A field for a filter in CEL, which is checked while it is written; a mistake is shown where it is. */
export function FilterField(props: FilterFieldProps): ComponentChildren {
  const { label, value, onInput, onSubmit, rows = 1 } = props;
  const check = useFilterCheck(value);
  const lines = Math.min(Math.max(rows, value.split('\n').length), 8);
  return (
    <Field label={label} hideLabel={props.hideLabel ?? false} note={props.note}>
      {(ids) => (
        <>
          <div class={`filter-field filter-${check.state}`}>
            <textarea
              {...ids}
              ref={props.fieldRef ?? null}
              class="input mono"
              rows={lines}
              value={value}
              placeholder={props.placeholder}
              spellcheck={false}
              autocomplete="off"
              autocapitalize="off"
              aria-invalid={check.state === 'bad' ? 'true' : undefined}
              aria-errormessage={check.state === 'bad' ? `${ids.id}-mistake` : undefined}
              onInput={(event) => onInput(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' || event.shiftKey || onSubmit === undefined) return;
                event.preventDefault();
                onSubmit();
              }}
            />
          </div>
          <div id={`${ids.id}-mistake`} role="status">
            {check.state === 'bad' && <Mistake filter={value} error={check.error} />}
          </div>
        </>
      )}
    </Field>
  );
}

/** The server's sentence, and the place in the filter that it is about. */
export function Mistake({
  filter,
  error,
}: {
  readonly filter: string;
  readonly error: ApiError;
}): ComponentChildren {
  const { message, at } = error.problem;
  const place = at === undefined ? null : filterMistake(filter, at);
  // The sentence may quote the place itself, over several lines; here the place is drawn.
  const [sentence = ''] = message.split('\n');
  return (
    <div class="filter-mistake">
      {place !== null && (
        <pre aria-hidden="true">
          {place.text}
          {'\n'}
          <span class="mark">{place.mark}</span>
        </pre>
      )}
      <span>{sentence.charAt(0).toUpperCase() + sentence.slice(1)}</span>
    </div>
  );
}
