import { mediaType, type AdminRequest, param, queryNumber } from '../http/admin-request.ts';
import { json, type StreamedAnswer } from '../http/answer.ts';
import { badField, HttpProblem } from '../http/problem.ts';
import type { Route } from '../http/route.ts';
import { parsePosition, rangesOf } from '../records/position.ts';
import { RecordExport } from '../records/record-export.ts';
import { RecordImport } from '../records/record-import.ts';
import {
  queryFilter,
  queryIsolation,
  queryPartitions,
  topicImage,
} from '../records/record-query.ts';
import type { AdminServices } from '../services.ts';

/** Records as files of JSON lines: `/api/topics/NAME/export` and `/api/topics/NAME/import`. */
export const transferRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/topics/:name/export',
    access: 'read',
    handle: exportAnswer,
  },
  {
    method: 'POST',
    path: '/api/topics/:name/import',
    access: 'change',
    handle: async (request, services) => {
      requireJsonLines(request);
      const topic = topicImage(services.broker, param(request, 'name'));
      const { bodyBytesMax } = services.broker.config.admin.http;
      const repartition = queryFlag(request.query, 'repartition');
      const options = { topic, repartition, lineBytesMax: bodyBytesMax };
      const importing = async () => {
        const producer = services.client.producer(producerOptions);
        try {
          return await new RecordImport(options, { producer, thread: services.thread }).run(
            request.chunks(),
          );
        } finally {
          producer.closeNow();
        }
      };
      return json(await services.imports.with(importing));
    },
  },
];

/** What waits to be written; the rest of the body is not read meanwhile. */
const producerOptions = {
  acks: 'all',
  bufferBytesMax: 8 * 1024 * 1024,
  requestBytesMax: 1024 * 1024,
  deliveryTimeoutMs: 30_000,
} as const;

function exportAnswer(
  request: AdminRequest,
  { broker, client, searches, thread }: AdminServices,
): StreamedAnswer {
  const { query } = request;
  const topic = topicImage(broker, param(request, 'name'));
  const all = topic.partitions.map(({ index }) => index);
  const from = parsePosition(query.get('from') ?? 'beginning', 'from');
  const until = parsePosition(query.get('until') ?? 'end', 'until');
  const options = {
    ranges: rangesOf(topic.name, queryPartitions(query, topic) ?? all, from, until),
    order: queryOrder(query),
    filter: queryFilter(query),
    isolation: queryIsolation(query),
    limit: queryNumber(query, 'limit', {
      min: 1,
      max: Number.MAX_SAFE_INTEGER,
      otherwise: Number.POSITIVE_INFINITY,
    }),
    decompressedBytesMax: broker.config.decompressedBatchMaxBytes,
  };
  return {
    headers: {
      'content-type': 'application/x-ndjson; charset=utf-8',
      // A topic's name is letters, digits, dots, underscores and hyphens: the topic is there.
      'content-disposition': `attachment; filename="${topic.name}.jsonl"`,
    },
    run: (writer) =>
      searches.with(() => new RecordExport(options, { client, thread, writer }).run()),
  };
}

function queryOrder(query: URLSearchParams): 'offset' | 'partition' {
  const order = query.get('order') ?? 'offset';
  if (order === 'offset' || order === 'partition') return order;
  throw badField('order', `order=${order}: an export goes by offset or by partition.`);
}

function queryFlag(query: URLSearchParams, name: string): boolean {
  const text = query.get(name) ?? 'false';
  if (text === 'true' || text === 'false') return text === 'true';
  throw badField(name, `${name}=${text}: expected true or false.`);
}

function requireJsonLines(request: AdminRequest): void {
  const type = mediaType(request);
  if (type === 'application/x-ndjson' || type === 'application/jsonl') return;
  throw new HttpProblem(415, {
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'What is imported is to be application/x-ndjson: JSON, one object a line.',
  });
}
