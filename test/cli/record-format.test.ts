import { deepStrictEqual, strictEqual, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { ByteSink } from '../../src/cli/byte-sink.ts';
import { compileFormat } from '../../src/cli/record-format.ts';
import type { ConsumedRecord } from '../../src/client/client-records.ts';
import { fakeOutput } from './fake-context.ts';

const encoder = new TextEncoder();

const record: ConsumedRecord = {
  topic: 'orders',
  partition: 2,
  offset: 77,
  timestampMs: 1234,
  timestampType: 'CreateTime',
  key: encoder.encode('ключ'),
  value: encoder.encode('value'),
  headers: [
    { key: 'a', value: encoder.encode('1') },
    { key: 'b', value: null },
  ],
};

async function printed(
  format: string,
  changes: Partial<ConsumedRecord> = {},
  nullMarker = '',
): Promise<Uint8Array> {
  const output = fakeOutput();
  const sink = new ByteSink(output);
  compileFormat(format, nullMarker)({ ...record, ...changes }, sink);
  await sink.flush();
  return output.bytes();
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

test('every token stands for its part of the record', async () => {
  const format = '%t|%p|%o|%T|%k|%K|%v|%s|%S|%h|%%';
  strictEqual(textOf(await printed(format)), 'orders|2|77|1234|ключ|8|value|value|5|a=1,b=|%');
});

test('escapes are bytes, and other text stays as it is', async () => {
  deepStrictEqual(
    [...(await printed('ü\\t\\n\\r\\0\\\\\\xfF%o'))],
    [0xc3, 0xbc, 9, 10, 13, 0, 92, 255, 0x37, 0x37],
  );
});

test('nulls are printed as the marker, and their length is -1', async () => {
  const nulls = { key: null, value: null };
  strictEqual(textOf(await printed('%k %v %K %S', nulls, 'NULL')), 'NULL NULL -1 -1');
  strictEqual(textOf(await printed('[%k%v]', nulls)), '[]');
});

test('values that are no text pass through unchanged', async () => {
  const value = Uint8Array.from([0, 255, 10, 128]);
  deepStrictEqual([...(await printed('%v', { value }))], [...value]);
});

test('unknown tokens and escapes are refused by name', () => {
  throws(() => compileFormat('%q', ''), /unknown token %q\. There are %t, %p/);
  throws(() => compileFormat('x%', ''), /unknown token %\./);
  throws(() => compileFormat('\\q', ''), /unknown escape \\q/);
  throws(() => compileFormat('x\\', ''), /unknown escape/);
});

test('the sink grows with what is added and writes it in order', async () => {
  const output = fakeOutput();
  const sink = new ByteSink(output);
  const large = 'ж'.repeat(100_000);
  sink.addText('a');
  sink.addText(large);
  sink.addBytes(encoder.encode('z'));
  strictEqual(sink.isFull, true);
  await sink.flush();
  strictEqual(output.text(), `a${large}z`);
});
