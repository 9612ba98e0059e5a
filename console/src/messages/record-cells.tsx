import type { ComponentChildren } from 'preact';
import type { BytesView } from '../../../src/admin/contract/messages.ts';
import { jsonSummary } from './json-print.ts';
import { naturalForm, oneLine, payloadOf, payloadText, type Payload } from './payload.ts';

/** Longer beginnings would not be seen in a row. */
const rowTextMax = 240;

/** The beginning of a key or a value in one line. */
export function PayloadCell({
  view,
  nothing,
}: {
  readonly view: BytesView | null;
  readonly nothing: string;
}): ComponentChildren {
  if (view === null) return <span class="tombstone">{nothing}</span>;
  const payload = payloadOf(view);
  if (payload.kind === 'json') {
    return (
      <span class="json">
        {jsonSummary(payload.json, rowTextMax).map(({ kind, text }, index) => (
          <span key={index} class={kind}>
            {text}
          </span>
        ))}
      </span>
    );
  }
  if (naturalForm(payload) === 'hex') {
    return <span class="mono muted">{hexBeginning(payload, view)}</span>;
  }
  const text = payloadText(payload);
  return text === '' ? <span class="faint">empty</span> : <span>{oneLine(text, rowTextMax)}</span>;
}

function hexBeginning(payload: Payload, view: BytesView): string {
  const text = payload.kind === 'binary' ? atob(payload.base64.slice(0, 64)) : payloadText(payload);
  const shown = Array.from(text.slice(0, 32), (character) =>
    character.charCodeAt(0).toString(16).padStart(2, '0'),
  );
  return `${shown.join(' ')}${view.sizeBytes > shown.length ? ' …' : ''}`;
}
