import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/storage/checkpoint-file.ts';
import { formatOffsets, parseOffsets } from '../../src/storage/checkpoints.ts';
import {
  readCleanShutdown,
  removeCleanShutdown,
  writeCleanShutdown,
} from '../../src/storage/clean-shutdown.ts';
import {
  formatMetaProperties,
  noteMetadataPlace,
  parseMetaProperties,
  readMetaProperties,
} from '../../src/storage/meta-properties.ts';
import {
  formatPartitionMetadata,
  parsePartitionMetadata,
  readPartitionMetadata,
} from '../../src/storage/partition-metadata.ts';
import { createMemoryFiles } from '../../src/runtime/memory-files.ts';
import { hasCode } from '../../src/util/odradek-error.ts';

const memory = () =>
  createMemoryFiles({ budgetBytes: 1 << 20, clock: { nowMs: () => 0, monotonicMs: () => 0 } });
const write = (files: ReturnType<typeof memory>, path: string, text: string): void => {
  files.replaceFile(path, new TextEncoder().encode(text));
};

describe('offset checkpoints', () => {
  const decode = (text: string) =>
    parseOffsets(decodeCheckpoint(new TextEncoder().encode(text), '/d/c'), '/d/c');

  it('read what Apache Kafka wrote', () => {
    assert.deepEqual(
      [...decode('0\n2\norders 0 7\n__transaction_state 12 0\n')],
      [
        ['orders 0', 7],
        ['__transaction_state 12', 0],
      ],
    );
    assert.equal(decode('').size, 0);
    assert.equal(decode('0\n0\n').size, 0);
  });

  it('are written as Apache Kafka writes them', () => {
    const text = new TextDecoder().decode(
      encodeCheckpoint(formatOffsets(new Map([['orders 0', 2]]))),
    );
    assert.equal(text, '0\n1\norders 0 2\n');
  });

  it('that are damaged are refused as a whole, with the path and the reason', () => {
    for (const text of [
      '0\n2\norders 0 7\n',
      '0\n1\norders 7\n',
      '0\n1\norders 0 -7\n',
      '0\n1\norders x 7\n',
      'x',
    ]) {
      assert.throws(
        () => decode(text),
        (error) => hasCode(error, 'CORRUPT_DATA') && error.message.includes('/d/c'),
      );
    }
    assert.throws(() => decode('0\n2\norders 0 7\norders 0 8\n'), /twice/);
    assert.throws(
      () => decode('1\n0\n'),
      (error) => hasCode(error, 'NEWER_FORMAT') && error.details.found === 1,
    );
  });
});

describe('meta.properties', () => {
  it('reads what Apache Kafka wrote', () => {
    const text =
      '#\n#Mon Nov 23 22:25:00 UTC 2026\nnode.id=1\ndirectory.id=l0DGiXoz65m5bXwGz5qdnQ\nversion=1\ncluster.id=A b\n';
    const directoryId = 'l0DGiXoz65m5bXwGz5qdnQ';
    const expected = { clusterId: 'A b', nodeId: 1, directoryId, metadataPlace: undefined };
    assert.deepEqual(parseMetaProperties(text, '/d/m'), expected);
  });

  it('of version 0 names the node broker.id', () => {
    const none = { directoryId: undefined, metadataPlace: undefined };
    const expected = { clusterId: 'c', nodeId: 3, ...none };
    assert.deepEqual(
      parseMetaProperties('version=0\nbroker.id=3\ncluster.id=c\n', '/d/m'),
      expected,
    );
  });

  it('reads back what it writes', () => {
    const properties = {
      clusterId: 'MkU3OEVBNTcwNTJENDM2Qk',
      nodeId: 7,
      directoryId: 'l0DGiXoz65m5bXwGz5qdnQ',
    };
    const read = parseMetaProperties(formatMetaProperties(properties), '/d/m');
    assert.deepEqual(read, { ...properties, metadataPlace: undefined });
  });

  it('notes where the metadata is, and keeps all else', async () => {
    const files = memory();
    files.makeDirectory('/d');
    write(files, '/d/meta.properties', 'version=1\nnode.id=1\ncluster.id=c\nsomething.else=x\n');
    for (const path of ['/m', 'C:\\m etc']) {
      await noteMetadataPlace(files, '/d', { path, directoryId: 'l0DGiXoz65m5bXwGz5qdnQ' });
      const read = readMetaProperties(files, '/d');
      assert.deepEqual(read?.metadataPlace, { path, directoryId: 'l0DGiXoz65m5bXwGz5qdnQ' });
      assert.deepEqual([read?.nodeId, read?.clusterId], [1, 'c']);
    }
    const text = new TextDecoder().decode(files.readFile('/d/meta.properties'));
    assert.ok(text.includes('something.else=x\n'), text);
  });

  it('of a newer version, or with a node that is no number, is refused', () => {
    const parse = (text: string) => () => parseMetaProperties(text, '/d/m');
    assert.throws(parse('version=2\n'), (error) => hasCode(error, 'NEWER_FORMAT'));
    assert.throws(parse('version=1\nnode.id=one\n'), (error) => hasCode(error, 'CORRUPT_DATA'));
    assert.throws(parse('version=1\nnode.id=3000000000\n'), (error) =>
      hasCode(error, 'CORRUPT_DATA'),
    );
  });
});

describe('partition.metadata', () => {
  it('is two lines without a newline behind', () => {
    const text = formatPartitionMetadata('DNdf5GFJSAu2A9gdKr8v7Q');
    assert.equal(text, 'version: 0\ntopic_id: DNdf5GFJSAu2A9gdKr8v7Q');
    assert.equal(parsePartitionMetadata(text, '/p'), 'DNdf5GFJSAu2A9gdKr8v7Q');
  });

  it('that is absent or empty says nothing', () => {
    const files = memory();
    files.makeDirectory('/data/orders-0');
    assert.equal(readPartitionMetadata(files, '/data/orders-0'), undefined);
    write(files, '/data/orders-0/partition.metadata', '');
    assert.equal(readPartitionMetadata(files, '/data/orders-0'), undefined);
  });

  it('that is newer or damaged is refused', () => {
    const parse = (text: string) => () => parsePartitionMetadata(text, '/p');
    assert.throws(parse('version: 1\ntopic_id: x'), (error) => hasCode(error, 'NEWER_FORMAT'));
    assert.throws(parse('version: 0\ntopic_id: short'), (error) => hasCode(error, 'CORRUPT_DATA'));
    assert.throws(parse('version: 0\n'), (error) => hasCode(error, 'CORRUPT_DATA'));
    assert.throws(parse('\0\0\0\0'), (error) => hasCode(error, 'CORRUPT_DATA'));
  });
});

describe('.kafka_cleanshutdown', () => {
  it('is JSON with a version and the epoch of the broker', async () => {
    const files = memory();
    files.makeDirectory('/data');
    assert.equal(readCleanShutdown(files, '/data'), undefined);
    await writeCleanShutdown(files, '/data', { brokerEpoch: 14, isSynced: true });
    const text = new TextDecoder().decode(files.readFile('/data/.kafka_cleanshutdown'));
    assert.equal(text, '{"version":0,"brokerEpoch":14}');
    assert.deepEqual(readCleanShutdown(files, '/data'), {
      brokerEpoch: 14,
      isSynced: true,
    });
    await removeCleanShutdown(files, '/data');
    assert.equal(readCleanShutdown(files, '/data'), undefined);
  });

  it('counts by being there, whatever it holds', () => {
    const files = memory();
    files.makeDirectory('/data');
    for (const text of ['', 'null', '[1]', '{"brokerEpoch":"x"}', '{']) {
      write(files, '/data/.kafka_cleanshutdown', text);
      assert.deepEqual(
        readCleanShutdown(files, '/data'),
        { brokerEpoch: -1, isSynced: true },
        text,
      );
    }
  });
});
