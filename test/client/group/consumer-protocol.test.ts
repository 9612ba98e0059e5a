import { deepStrictEqual, throws } from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../../src/client/group/consumer-protocol.ts';
import { hasCode } from '../../../src/util/odradek-error.ts';

const partitions = [
  { topic: 'a', partition: 0 },
  { topic: 'a', partition: 2 },
  { topic: 'b', partition: 1 },
];

test('a subscription and an assignment are read as they were written', () => {
  const subscription = { topics: ['a', 'b'], owned: partitions, generationId: 7 };
  deepStrictEqual(decodeSubscription(encodeSubscription(subscription)), subscription);
  deepStrictEqual(decodeAssignment(encodeAssignment(partitions)), partitions);
});

test('a subscription of version 0 owns nothing', () => {
  const bytes = Buffer.from('0000' + '00000001' + '000161' + 'ffffffff', 'hex');
  deepStrictEqual(decodeSubscription(bytes), { topics: ['a'], owned: [], generationId: -1 });
});

test('what a version of later adds is passed over', () => {
  const bytes = Buffer.concat([encodeAssignment(partitions), Buffer.from('later')]);
  bytes.writeInt16BE(9);
  deepStrictEqual(decodeAssignment(bytes), partitions);
});

test('no bytes are no partitions, and other bytes are refused', () => {
  deepStrictEqual(decodeAssignment(new Uint8Array(0)), []);
  for (const bytes of [[0], [0xff, 0xff], [0, 1, 0, 0], [0, 0, 0x7f, 0xff, 0xff, 0xff]]) {
    throws(
      () => decodeAssignment(new Uint8Array(bytes)),
      (error) => hasCode(error, 'PROTOCOL_ERROR'),
    );
  }
});
