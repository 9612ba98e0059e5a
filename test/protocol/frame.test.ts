import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FrameDecoder } from '../../src/protocol/frame.ts';
import { concatenated, totalBytes, writeInt32 } from '../../src/util/bytes.ts';
import { cutAt, cuts, holds } from '../records/property.ts';

function framed(body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(4 + body.length);
  writeInt32(frame, 0, body.length);
  frame.set(body, 4);
  return frame;
}

function filled(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => i * 7);
}

/** Every frame that is ready, all of them accepted. */
function takeAll(decoder: FrameDecoder): Uint8Array[] {
  const bodies: Uint8Array[] = [];
  for (;;) {
    const step = decoder.next();
    if (step.kind === 'need-more') return bodies;
    if (step.kind === 'size') decoder.accept();
    else if (step.kind === 'frame') {
      assert.equal(totalBytes(step.chunks), step.sizeBytes);
      bodies.push(concatenated(step.chunks));
    } else assert.fail(step.reason);
  }
}

test('frames come out whole, however their bytes are cut', () => {
  const bodies = fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 5 });
  const property = fc.property(bodies, cuts, (sent, places) => {
    const decoder = new FrameDecoder({ frameBytesMax: 3000 });
    const received: Uint8Array[] = [];
    for (const piece of cutAt(concatenated(sent.map(framed)), places)) {
      decoder.push(piece);
      received.push(...takeAll(decoder));
    }
    assert.deepEqual(received, sent);
    assert.equal(decoder.bufferedBytes, 0);
  });
  holds(property);
});

test('frames come out whole from single bytes, in few chunks', () => {
  const decoder = new FrameDecoder({ frameBytesMax: 100_000 });
  const body = filled(30_000);
  const bytes = framed(body);
  for (let at = 0; at < 4; at++) decoder.push(bytes.slice(at, at + 1));
  assert.deepEqual(decoder.next(), { kind: 'size', sizeBytes: body.length });
  decoder.accept();
  for (let at = 4; at < bytes.length; at++) {
    assert.equal(decoder.next().kind, 'need-more');
    decoder.push(bytes.slice(at, at + 1));
  }
  const step = decoder.next();
  assert(step.kind === 'frame');
  assert.deepEqual(concatenated(step.chunks), body);
  assert(step.chunks.length < 20, `${step.chunks.length} chunks`);
});

test('crumbs between large chunks stay in their places', () => {
  const decoder = new FrameDecoder({ frameBytesMax: 1_000_000 });
  const body = filled(200_000);
  const bytes = framed(body);
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = turn % 3 === 0 ? 2000 : (turn % 5) + 1;
    decoder.push(bytes.slice(at, at + size));
    at += size;
  }
  assert.deepEqual(takeAll(decoder), [body]);
});

test('the payload is not copied', () => {
  const decoder = new FrameDecoder({ frameBytesMax: 1000 });
  const chunk = concatenated([framed(filled(100)), framed(filled(50))]);
  decoder.push(chunk);
  for (const offset of [4, 108]) {
    assert.equal(decoder.next().kind, 'size');
    decoder.accept();
    const step = decoder.next();
    assert(step.kind === 'frame');
    assert.equal(step.chunks.length, 1);
    assert.equal(step.chunks[0]?.buffer, chunk.buffer);
    assert.equal(step.chunks[0]?.byteOffset, offset);
  }
});

test('a frame is offered by its size before its body comes, until it is accepted', () => {
  const decoder = new FrameDecoder({ frameBytesMax: 1000 });
  const bytes = framed(filled(500));
  decoder.push(bytes.slice(0, 3));
  assert.equal(decoder.next().kind, 'need-more');
  assert.equal(decoder.outstandingBytes, 0);
  decoder.push(bytes.slice(3, 10));
  assert.deepEqual(decoder.next(), { kind: 'size', sizeBytes: 500 });
  decoder.push(bytes.slice(10));
  assert.deepEqual(decoder.next(), { kind: 'size', sizeBytes: 500 });
  assert.equal(decoder.bufferedBytes, 500);
  assert.equal(decoder.outstandingBytes, 0);
  decoder.accept();
  assert.equal(decoder.next().kind, 'frame');
});

test('the bytes of an accepted body that are missing are known', () => {
  const decoder = new FrameDecoder({ frameBytesMax: 1000 });
  const bytes = framed(filled(500));
  decoder.push(bytes.slice(0, 104));
  assert.equal(decoder.next().kind, 'size');
  decoder.accept();
  assert.equal(decoder.outstandingBytes, 400);
  decoder.push(bytes.slice(104, 304));
  assert.equal(decoder.next().kind, 'need-more');
  assert.equal(decoder.outstandingBytes, 200);
  decoder.push(concatenated([bytes.slice(304), framed(filled(9))]));
  assert.equal(decoder.outstandingBytes, 0);
  assert.equal(decoder.next().kind, 'frame');
  assert.equal(decoder.bufferedBytes, 13);
});

test('a negative size and one over the maximum are errors, behind which nothing is read', () => {
  for (const size of [-1, -0x8000_0000, 1001, 0x7fff_ffff]) {
    const decoder = new FrameDecoder({ frameBytesMax: 1000 });
    const bytes = new Uint8Array(4);
    writeInt32(bytes, 0, size);
    decoder.push(bytes);
    const step = decoder.next();
    assert(step.kind === 'error');
    assert.equal(step.reason, `a frame of ${size} bytes, not in [0, 1000]`);
    decoder.push(framed(filled(10)));
    assert.equal(decoder.next(), step);
    assert.equal(decoder.bufferedBytes, 0);
  }
});

test('a frame of no bytes is a frame', () => {
  const decoder = new FrameDecoder({ frameBytesMax: 1000 });
  decoder.push(new Uint8Array(4));
  assert.deepEqual(takeAll(decoder), [new Uint8Array(0)]);
});
