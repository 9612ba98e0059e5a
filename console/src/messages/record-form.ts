import type { BytesView, RecordBody, RecordView } from '../../../src/admin/contract/messages.ts';
import { isBase64 } from './json-lines.ts';
import { prettyJson } from './json-print.ts';
import { readJson } from './json-tree.ts';

/** How a key or a value is written into the form. */
export type WrittenForm = 'none' | 'text' | 'json' | 'base64';

/** A key, a value or the value of a header as it is being written; `none` is null. */
export interface WrittenBytes {
  readonly form: WrittenForm;
  readonly text: string;
}

/** A record as it is being written. */
export interface RecordForm {
  readonly key: WrittenBytes;
  /** A value of `none` is a tombstone. */
  readonly value: WrittenBytes;
  readonly headers: readonly { readonly key: string; readonly value: WrittenBytes }[];
  /** Empty: the one of its key, or any. */
  readonly partition: string;
}

/** A form in which nothing was written. */
export const emptyRecordForm: RecordForm = {
  key: { form: 'none', text: '' },
  value: { form: 'json', text: '' },
  headers: [],
  partition: '',
};

/** The form with a record in it, to be changed and sent again; the partition is chosen anew by its key. */
export function recordFormOf(record: RecordView): RecordForm {
  return {
    key: writtenOf(record.key, false),
    value: writtenOf(record.value, true),
    headers: record.headers.map(({ key, value }) => ({ key, value: writtenOf(value, false) })),
    partition: '',
  };
}

/** Bytes as they are written into the form: JSON over several lines where it is an object or an array. */
function writtenOf(view: BytesView | null, mayBeJson: boolean): WrittenBytes {
  if (view === null) return { form: 'none', text: '' };
  if (view.text === undefined) return { form: 'base64', text: view.base64 ?? '' };
  const json = mayBeJson ? readJson(view.text) : null;
  // A text area makes one line end of every kind; what has others goes as it is.
  if (view.text.includes('\r')) return { form: 'base64', text: base64OfText(view.text) };
  return json === null
    ? { form: 'text', text: view.text }
    : { form: 'json', text: view.text.includes('\n') ? view.text : prettyJson(json) };
}

/** What is wrong with what was written, or undefined. */
export function writtenProblem({ form, text }: WrittenBytes): string | undefined {
  if (form === 'base64' && !isBase64(text)) return 'This is not base64 with its padding.';
  if (form === 'json' && readJson(text) === null) return 'This is not JSON yet.';
  return undefined;
}

/** Whether the form can be sent. */
export function isRecordFormWhole(form: RecordForm, partitions: number): boolean {
  const parts = [form.key, form.value, ...form.headers.map(({ value }) => value)];
  return (
    parts.every((part) => writtenProblem(part) === undefined) &&
    form.headers.every(({ key }) => key !== '') &&
    partitionProblem(form.partition, partitions) === undefined
  );
}

/** What is wrong with the partition that was written, or undefined. */
export function partitionProblem(text: string, partitions: number): string | undefined {
  if (text === '') return undefined;
  const isThere = /^\d{1,7}$/.test(text) && Number(text) < partitions;
  return isThere ? undefined : `A number from 0 to ${partitions - 1}.`;
}

/** What the broker is asked to write: JSON as it was written, since its blanks may be meant. */
export function recordBody(form: RecordForm): RecordBody {
  return {
    ...(form.partition === '' ? {} : { partition: Number(form.partition) }),
    ...bytesFields('key', form.key),
    ...bytesFields('value', form.value),
    ...(form.headers.length === 0
      ? {}
      : {
          headers: form.headers.map(({ key, value }) => ({ key, ...bytesFields('value', value) })),
        }),
  };
}

function bytesFields(name: string, { form, text }: WrittenBytes): Record<string, string | null> {
  if (form === 'none') return { [name]: null };
  return form === 'base64' ? { [`${name}Base64`]: text } : { [name]: text };
}

function base64OfText(text: string): string {
  let binary = '';
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
