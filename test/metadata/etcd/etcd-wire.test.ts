import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseEtcdAddress, isEtcdAddress } from '../../../src/metadata/etcd/etcd-address.ts';
import { decodeRange, decodeWatch, rangeOf } from '../../../src/metadata/etcd/etcd-messages.ts';
import { GrpcFrames, grpcFrame } from '../../../src/metadata/etcd/grpc-frames.ts';
import { ProtobufWriter, readFields } from '../../../src/metadata/etcd/protobuf.ts';
import { hasCode } from '../../../src/util/odradek-error.ts';
import { holds } from '../../config/property.ts';

const text = new TextEncoder();

test('protobuf: the examples of its documentation', () => {
  assert.deepEqual(new ProtobufWriter().number(1, 150).finish(), Uint8Array.of(0x08, 0x96, 0x01));
  const testing = Uint8Array.of(0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67);
  assert.deepEqual(new ProtobufWriter().bytes(2, 'testing').finish(), testing);
  const nested = new ProtobufWriter().message(3, new ProtobufWriter().number(1, 150).finish());
  assert.deepEqual(nested.finish(), Uint8Array.of(0x1a, 0x03, 0x08, 0x96, 0x01));
  assert.deepEqual(new ProtobufWriter().number(1, 0).bytes(2, '').finish(), Uint8Array.of());
  assert.deepEqual(new ProtobufWriter().choice(6, 0).finish(), Uint8Array.of(0x30, 0));
});

test('protobuf: what is written is read, whatever it is', () => {
  const field = fc.integer({ min: 1, max: 0x1f_ff_ff_ff });
  const value = fc.oneof(
    fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }),
    fc.uint8Array({ minLength: 1 }),
  );
  holds(
    fc.property(fc.array(fc.tuple(field, value)), (fields) => {
      const writer = new ProtobufWriter();
      for (const [number, content] of fields) {
        if (typeof content === 'bigint') writer.number(number, content);
        else writer.bytes(number, content);
      }
      const read: [number, bigint | Uint8Array][] = [];
      readFields(writer.finish(), (number, content) => {
        const expected = fields[read.length]?.[1];
        read.push([number, typeof expected === 'bigint' ? content.uint64() : content.bytes()]);
      });
      assert.deepEqual(read, fields);
    }),
  );
});

test('protobuf: bytes that are no message are refused, and nothing else happens', () => {
  holds(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      for (const decode of [decodeRange, decodeWatch]) {
        try {
          decode(bytes);
        } catch (error) {
          assert.ok(hasCode(error, 'PROTOCOL_ERROR'), String(error));
        }
      }
    }),
  );
});

test('frames are found in whatever pieces they come', () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 });
  holds(
    fc.property(messages, fc.array(fc.integer({ min: 1, max: 20 })), (sent, cuts) => {
      const bytes = Buffer.concat(sent.map((message) => grpcFrame(message)));
      const frames = new GrpcFrames(40);
      const received: number[][] = [];
      let at = 0;
      for (const length of [...cuts, bytes.length]) {
        const piece = bytes.subarray(at, at + length);
        at += piece.length;
        for (const message of frames.push(piece)) received.push([...message]);
      }
      assert.deepEqual(
        received,
        sent.map((message) => [...message]),
      );
      assert.equal(frames.isWithin, false);
    }),
  );
});

test('a prefix is the range up to the next one, also where it ends in 0xff', () => {
  const end = (prefix: Uint8Array): number[] => [...rangeOf(prefix).rangeEnd];
  assert.deepEqual(end(text.encode('/a/')), [...text.encode('/a0')]);
  assert.deepEqual(end(Uint8Array.of(1, 0xff, 0xff)), [2]);
  assert.deepEqual(end(Uint8Array.of(0xff)), [0]);
});

test('addresses of etcd: members, ports, TLS and a prefix', () => {
  const parse = (address: string) => {
    const { endpoints, isSecure, namespace } = parseEtcdAddress('key', address);
    return [endpoints.map(({ name }) => name).join(' '), isSecure, namespace];
  };
  assert.deepEqual(parse('etcd://a'), ['a:2379', false, '/']);
  assert.deepEqual(parse('etcd://a:1, b ,10.0.0.1:65535/'), [
    'a:1 b:2379 10.0.0.1:65535',
    false,
    '/',
  ]);
  assert.deepEqual(parse('ETCDS://[::1]:7,[fe80::1]/x//y/'), [
    '[::1]:7 [fe80::1]:2379',
    true,
    '/x/y/',
  ]);
  assert.equal(isEtcdAddress('embedded'), false);
  for (const wrong of [
    'etcd:',
    'etcd://',
    'etcd:a:2379',
    'etcd://a,,b',
    'etcd://a:0',
    'etcd://a:65536',
    'etcd://a:x',
    'etcd://::1',
    'etcd://a?x=1',
    'http://a',
    'etcd ://a',
  ]) {
    assert.throws(() => parseEtcdAddress('key', wrong), { code: 'INVALID_CONFIG' }, wrong);
  }
  for (const secret of ['etcd://ann:pw@a', 'etcds://pw@a/x', 'etcd:ann:pw@a', 'http://ann:pw@a']) {
    assert.throws(
      () => parseEtcdAddress('key', secret),
      (error: Error) => !(error.message + JSON.stringify(error)).includes('pw'),
    );
  }
});
