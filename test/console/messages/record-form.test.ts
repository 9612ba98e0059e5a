import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  emptyRecordForm,
  isRecordFormWhole,
  partitionProblem,
  recordBody,
  recordFormOf,
  writtenProblem,
} from '../../../console/src/messages/record-form.ts';
import type { BytesView, RecordView } from '../../../src/admin/contract/messages.ts';

function record(value: BytesView | null, key: BytesView | null = null): RecordView {
  return { topic: 't', partition: 1, offset: 2, timestamp: 3, key, value, headers: [] };
}

function text(content: string): BytesView {
  return { text: content, sizeBytes: content.length };
}

test('an edited record keeps every digit of its numbers', () => {
  const { value } = recordFormOf(record(text('{"id":9007199254740993}')));
  assert.deepEqual(value, { form: 'json', text: '{\n  "id": 9007199254740993\n}' });
});

test('bytes, text, JSON and null are each written in their own form', () => {
  const forms = (view: BytesView | null) => recordFormOf(record(view)).value.form;
  assert.equal(forms(null), 'none');
  assert.equal(forms(text('hello')), 'text');
  assert.equal(forms(text('[1]')), 'json');
  assert.equal(forms({ base64: '/w==', sizeBytes: 1 }), 'base64');
  assert.equal(recordFormOf(record(null, text('{"a":1}'))).key.form, 'text');
});

test('line ends that a text area would change go as bytes', () => {
  const form = recordFormOf(record(text('a\r\nb')));
  assert.deepEqual(recordBody(form).valueBase64, Buffer.from('a\r\nb').toString('base64'));
});

test('a record is sent as it was written, and a tombstone has a value of null', () => {
  const form = {
    ...emptyRecordForm,
    key: { form: 'text', text: '' } as const,
    value: { form: 'none', text: 'left behind' } as const,
    headers: [{ key: 'h', value: { form: 'base64', text: 'AA==' } as const }],
    partition: '2',
  };
  assert.deepEqual(recordBody(form), {
    partition: 2,
    key: '',
    value: null,
    headers: [{ key: 'h', valueBase64: 'AA==' }],
  });
  assert.ok(isRecordFormWhole(form, 3));
  assert.ok(!isRecordFormWhole(form, 2));
  assert.ok(
    !isRecordFormWhole(
      { ...form, headers: form.headers.map((header) => ({ ...header, key: '' })) },
      3,
    ),
  );
});

test('what is not what it says it is is not sent', () => {
  assert.ok(writtenProblem({ form: 'json', text: '{' }) !== undefined);
  assert.ok(writtenProblem({ form: 'base64', text: 'A' }) !== undefined);
  assert.equal(writtenProblem({ form: 'text', text: '{' }), undefined);
  assert.equal(partitionProblem('', 1), undefined);
  assert.ok(partitionProblem('1', 1) !== undefined);
  assert.ok(partitionProblem('x', 1) !== undefined);
});
