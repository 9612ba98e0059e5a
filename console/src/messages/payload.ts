import type { BytesView } from '../../../src/admin/contract/messages.ts';
import { readJson, type JsonNode } from './json-tree.ts';

/** How bytes are shown. */
export type PayloadForm = 'json' | 'text' | 'hex';

/** What a key, a value or a header holds, made out once. */
export type Payload =
  | { readonly kind: 'null' }
  | { readonly kind: 'json'; readonly text: string; readonly json: JsonNode }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'binary'; readonly base64: string };

// What no text of people has; tabs and line ends it has.
const controls = /[^\P{Cc}\t\n\r]/u;
const textEncoder = new TextEncoder();
/** Rows are drawn over and over, and megabytes take a while to be made out. */
const payloads = new WeakMap<BytesView, Payload>();

/**
 * What `view` holds. An object or an array is JSON, and so are single numbers, words and strings: they look the same
 * either way. Of what was cut the beginning is no JSON, and is shown as text.
 */
export function payloadOf(view: BytesView | null): Payload {
  if (view === null) return { kind: 'null' };
  const seen = payloads.get(view);
  if (seen !== undefined) return seen;
  const payload = readPayload(view);
  payloads.set(view, payload);
  return payload;
}

function readPayload(view: BytesView): Payload {
  if (view.text === undefined) return { kind: 'binary', base64: view.base64 ?? '' };
  const json = view.cut === true ? null : readJson(view.text);
  return json === null
    ? { kind: 'text', text: view.text }
    : { kind: 'json', text: view.text, json };
}

/** The form in which a payload is shown unless another is chosen. Text with control characters is a binary format. */
export function naturalForm(payload: Payload): PayloadForm {
  if (payload.kind === 'json') return 'json';
  if (payload.kind === 'binary') return 'hex';
  return payload.kind === 'text' && controls.test(payload.text) ? 'hex' : 'text';
}

/** The forms that a payload can be shown in. */
export function possibleForms(payload: Payload): readonly PayloadForm[] {
  if (payload.kind === 'null') return [];
  if (payload.kind === 'json') return ['json', 'text', 'hex'];
  return payload.kind === 'text' ? ['text', 'hex'] : ['hex', 'text'];
}

/** The bytes of a payload; none for null. */
export function payloadBytes(payload: Payload): Uint8Array {
  if (payload.kind === 'null') return new Uint8Array();
  return payload.kind === 'binary'
    ? bytesOfBase64(payload.base64)
    : textEncoder.encode(payload.text);
}

/** A payload as text; of binary ones what is no UTF-8 becomes U+FFFD. */
export function payloadText(payload: Payload): string {
  if (payload.kind === 'null') return '';
  return payload.kind === 'binary'
    ? new TextDecoder().decode(bytesOfBase64(payload.base64))
    : payload.text;
}

/** The beginning of a payload in one line: line ends and other unseen characters as signs. */
export function oneLine(text: string, lengthMax: number): string {
  const beginning = text.slice(0, lengthMax).replace(/[\ud800-\udbff]$/, '');
  const shown = beginning.replace(/\p{Cc}/gu, controlPicture);
  return beginning.length < text.length ? `${shown}…` : shown;
}

/** The bytes that base64 stands for; characters that do not belong there throw. */
export function bytesOfBase64(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** Bytes as base64. */
export function base64OfBytes(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Signs that every font has; the pictures of Unicode for control characters few have. */
function controlPicture(character: string): string {
  if (character === '\n') return '↵';
  return character === '\t' ? '⇥' : '·';
}
