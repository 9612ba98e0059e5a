import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hexDump, hexRows } from '../../../console/src/messages/hex-view.ts';
import {
  base64OfBytes,
  bytesOfBase64,
  naturalForm,
  oneLine,
  payloadBytes,
  payloadOf,
  payloadText,
  possibleForms,
} from '../../../console/src/messages/payload.ts';

function formOf(text: string): string {
  return naturalForm(payloadOf({ text, sizeBytes: text.length }));
}

test('JSON, text and bytes are told apart', () => {
  assert.equal(formOf('{"a":1}'), 'json');
  assert.equal(formOf('42'), 'json');
  assert.equal(formOf('hello {'), 'text');
  assert.equal(formOf('two\nlines\tand a tab'), 'text');
  assert.equal(formOf('\u0000\u0001\u0002abc'), 'hex');
  assert.equal(formOf(''), 'text');
  assert.equal(naturalForm(payloadOf({ base64: '/w==', sizeBytes: 1 })), 'hex');
  assert.deepEqual(payloadOf(null), { kind: 'null' });
  assert.deepEqual(possibleForms({ kind: 'null' }), []);
});

test('the beginning of a value that was cut is text, though it be JSON by chance', () => {
  assert.equal(payloadOf({ text: '123', sizeBytes: 1000, cut: true }).kind, 'text');
});

test('bytes come back as they were', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  assert.deepEqual(bytesOfBase64(base64OfBytes(bytes)), bytes);
  assert.deepEqual(
    payloadBytes(payloadOf({ base64: base64OfBytes(bytes), sizeBytes: 256 })),
    bytes,
  );
  assert.deepEqual(payloadBytes(payloadOf({ text: 'é', sizeBytes: 2 })), Uint8Array.of(0xc3, 0xa9));
  assert.equal(payloadText(payloadOf({ base64: '/0E=', sizeBytes: 2 })), '\ufffdA');
});

test('a dump shows offset, bytes and printable text', () => {
  const bytes = new TextEncoder().encode('0123456789abcdef\n<b>é');
  assert.equal(
    hexDump(bytes),
    [
      '0000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|',
      '0010  0a 3c 62 3e c3 a9                                 |.<b>..|',
    ].join('\n'),
  );
  assert.deepEqual(hexRows(new Uint8Array()), []);
  assert.deepEqual(
    hexRows(new Uint8Array(100_000), 2, 4).map(({ offset }) => offset),
    ['00020', '00030'],
  );
});

test('one line shows line ends as signs and never half a character', () => {
  assert.equal(oneLine('a\nb\t\u0001', 10), 'a↵b⇥·');
  assert.equal(oneLine('ab🙂', 3), 'ab…');
  assert.equal(oneLine('abc', 3), 'abc');
});
