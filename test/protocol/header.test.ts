import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allSchemas } from '../../src/protocol/all-schemas.ts';
import {
  apiKeys,
  apiName,
  requestHeaderVersion,
  responseHeaderVersion,
} from '../../src/protocol/api-keys.ts';
import { ByteReader } from '../../src/protocol/byte-reader.ts';
import { decodeMessage } from '../../src/protocol/codec.ts';
import {
  encodeRequestFrame,
  encodeResponseFrame,
  readRequestHeader,
  readResponseHeader,
} from '../../src/protocol/header.ts';
import {
  apiVersionsRequest,
  apiVersionsResponse,
} from '../../src/protocol/messages/api-versions.ts';
import { heartbeatResponse } from '../../src/protocol/messages/heartbeat.ts';
import { produceRequest } from '../../src/protocol/messages/produce.ts';
import type { ApiSchema } from '../../src/protocol/schema.ts';
import { includesVersion } from '../../src/protocol/versions.ts';
import { concatenated, readInt16, readInt32 } from '../../src/util/bytes.ts';
import { hasCode } from '../../src/util/odradek-error.ts';

const apiSchemas = allSchemas.filter((schema): schema is ApiSchema => 'apiKey' in schema);

test('each request and response has the key of its name, and headers that fit its versions', () => {
  for (const schema of apiSchemas) {
    const name = apiName(schema.apiKey);
    assert.equal(schema.name, `${name}${schema.kind === 'request' ? 'Request' : 'Response'}`);
    for (let version = schema.validVersions.min; version <= schema.validVersions.max; version++) {
      const flexible = includesVersion(schema.flexibleVersions, version);
      const versions = [
        requestHeaderVersion(schema.apiKey, version),
        responseHeaderVersion(schema.apiKey, version),
      ];
      const isApiVersions = schema.apiKey === apiKeys.ApiVersions;
      assert.deepEqual(
        versions,
        [flexible ? 2 : 1, flexible && !isApiVersions ? 1 : 0],
        schema.name,
      );
    }
  }
});

test('each request has its response, with the same versions', () => {
  for (const schema of apiSchemas) {
    const other = apiSchemas.find(
      ({ apiKey, kind }) => apiKey === schema.apiKey && kind !== schema.kind,
    );
    assert.deepEqual(other?.validVersions, schema.validVersions, schema.name);
    assert.deepEqual(other?.flexibleVersions, schema.flexibleVersions, schema.name);
  }
});

test('a request frame is read back: size, header, body', () => {
  for (const version of [3, 8, 9, 13]) {
    for (const clientId of ['kcat', null, 'größe']) {
      const batch = new Uint8Array(70);
      const frame = encodeRequestFrame(
        produceRequest,
        version,
        { correlationId: -7, clientId },
        {
          acks: 1,
          timeoutMs: 30_000,
          topicData: [{ partitionData: [{ index: 3, records: [batch] }] }],
        },
      );
      const bytes = concatenated(frame);
      assert.equal(readInt32(bytes, 0), bytes.length - 4);
      const reader = new ByteReader([bytes.subarray(4)]);
      const header = { requestApiKey: 0, requestApiVersion: version, correlationId: -7, clientId };
      assert.deepEqual(readRequestHeader(reader), header);
      const request = decodeMessage(produceRequest, version, reader);
      assert.equal(request.topicData[0]?.partitionData[0]?.index, 3);
    }
  }
});

test('a response frame is read back: size, header, body', () => {
  for (const version of [0, 4]) {
    const bytes = concatenated(
      encodeResponseFrame(heartbeatResponse, version, 99, { errorCode: 27 }),
    );
    assert.equal(readInt32(bytes, 0), bytes.length - 4);
    const reader = new ByteReader([bytes.subarray(4)]);
    assert.deepEqual(readResponseHeader(heartbeatResponse.apiKey, version, reader), {
      correlationId: 99,
    });
    assert.deepEqual(decodeMessage(heartbeatResponse, version, reader), {
      throttleTimeMs: 0,
      errorCode: 27,
    });
  }
});

test('the header of an ApiVersions response is version 0 in every version', () => {
  for (const version of [0, 3, 4]) {
    const [bytes] = encodeResponseFrame(apiVersionsResponse, version, 1, {
      errorCode: 35,
      apiKeys: [],
    });
    assert.equal(readInt16(bytes as Uint8Array, 8), 35, 'the body follows the correlation id');
  }
});

test('the header of an ApiVersions request of a version not known yet is read', () => {
  const bytes = concatenated(
    encodeRequestFrame(apiVersionsRequest, 4, { correlationId: 5, clientId: 'new' }, {}),
  ).slice(4);
  bytes[3] = 99;
  const header = readRequestHeader(new ByteReader([bytes]));
  assert.equal(header.requestApiVersion, 99);
  assert.equal(header.correlationId, 5);
});

test('a header that is cut off or names no API is a PROTOCOL_ERROR', () => {
  const headers = [
    [],
    [0, 0, 0, 3],
    [0, 0, 0, 3, 0, 0, 0, 1, 0],
    [3, 0xe8, 0, 0, 0, 0, 0, 1, 0xff, 0xff],
  ];
  for (const bytes of headers) {
    assert.throws(
      () => readRequestHeader(new ByteReader([Uint8Array.from(bytes)])),
      (error) => hasCode(error, 'PROTOCOL_ERROR'),
    );
  }
});
