import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { BytesView } from '../../../src/admin/contract/messages.ts';
import { Segmented } from '../ui/button.tsx';
import { CopyButton } from '../ui/command-line.tsx';
import { bytes } from '../ui/figures.ts';
import { hexDump, hexRowBytes, hexRows } from './hex-view.ts';
import { prettyJson } from './json-print.ts';
import { JsonView } from './json-view.tsx';
import {
  naturalForm,
  payloadBytes,
  payloadOf,
  payloadText,
  possibleForms,
  type Payload,
  type PayloadForm,
} from './payload.ts';

const formNames: Readonly<Record<PayloadForm, string>> = { json: 'JSON', text: 'Text', hex: 'Hex' };
const hexRowsShown = 256;

/** A key or a value, in the form that it has by nature or another. */
export function PayloadView({
  name,
  view,
  nothing,
}: {
  readonly name: string;
  readonly view: BytesView | null;
  /** What null means here. */
  readonly nothing: string;
}): ComponentChildren {
  const payload = payloadOf(view);
  const [chosen, setChosen] = useState<PayloadForm>();
  const forms = possibleForms(payload);
  const form = chosen !== undefined && forms.includes(chosen) ? chosen : naturalForm(payload);
  return (
    <section class="payload" aria-label={name}>
      <div class="row">
        <h3>{name}</h3>
        {view !== null && <span class="faint">{bytes(view.sizeBytes)}</span>}
        <span class="spread" />
        {forms.length > 1 && (
          <Segmented
            label={`Form of the ${name.toLowerCase()}`}
            value={form}
            choices={forms.map((one) => ({ value: one, text: formNames[one] }))}
            onChange={setChosen}
          />
        )}
        {view !== null && (
          <CopyButton
            text={() => copyText(payload, form)}
            label={`Copy the ${name.toLowerCase()}`}
          />
        )}
      </div>
      {view === null ? (
        <p class="muted">{nothing}</p>
      ) : (
        <div class="payload-body">
          <PayloadBody payload={payload} form={form} />
        </div>
      )}
    </section>
  );
}

function PayloadBody({
  payload,
  form,
}: {
  readonly payload: Payload;
  readonly form: PayloadForm;
}): ComponentChildren {
  if (form === 'json' && payload.kind === 'json') return <JsonView node={payload.json} />;
  if (form === 'hex') return <HexPane bytesShown={payloadBytes(payload)} />;
  const text = payloadText(payload);
  return text === '' ? (
    <span class="faint">empty, zero bytes</span>
  ) : (
    <pre class="payload-text">{text}</pre>
  );
}

function HexPane({ bytesShown }: { readonly bytesShown: Uint8Array }): ComponentChildren {
  const [rows, setRows] = useState(hexRowsShown);
  const more = bytesShown.length - rows * hexRowBytes;
  return (
    <>
      <table class="hex">
        <tbody>
          {hexRows(bytesShown, 0, rows).map(({ offset, hex, text }) => (
            <tr key={offset}>
              <th scope="row">{offset}</th>
              <td>{hex}</td>
              <td class="hex-text">{text}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && (
        <button type="button" class="json-more" onClick={() => setRows(rows * 4)}>
          … {bytes(more)} more
        </button>
      )}
    </>
  );
}

function copyText(payload: Payload, form: PayloadForm): string {
  if (form === 'json' && payload.kind === 'json') return prettyJson(payload.json);
  return form === 'hex' ? hexDump(payloadBytes(payload)) : payloadText(payload);
}
