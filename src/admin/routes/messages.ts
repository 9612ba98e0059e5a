import { recordOf } from '../../client/record-json.ts';
import { compileFilter } from '../../filter/filter.ts';
import { isError } from '../../util/is-error.ts';
import type { PublishResult } from '../contract/messages.ts';
import { flagField, refuseUnknownFields, textField } from '../http/body-fields.ts';
import { jsonBody, param, type AdminRequest } from '../http/admin-request.ts';
import { events, json } from '../http/answer.ts';
import { badField } from '../http/problem.ts';
import type { Route } from '../http/route.ts';
import { follow } from '../records/follow.ts';
import { ForwardSearch } from '../records/forward-search.ts';
import { NewestSearch } from '../records/newest-search.ts';
import { parsePosition } from '../records/position.ts';
import { publishProblem } from '../records/publisher.ts';
import { noRecord, readRecords, type RecordPlace } from '../records/read-record.ts';
import { queryPartitions, topicImage } from '../records/record-query.ts';
import { recordView } from '../records/record-view.ts';
import { resend } from '../records/resend.ts';
import { parseSearch, type SearchOptions } from '../records/search-query.ts';
import { SearchReport } from '../records/search-report.ts';
import type { AdminServices } from '../services.ts';

const path = '/api/topics/:name/messages';
/** Records that one request may have written. */
const publishedMax = 10_000;
/** Records that one request may name to be copied. */
const resentMax = 1000;

/** Messages: looked for, shown, published and sent again; and filters, before they are used. */
export const messageRoutes: readonly Route[] = [
  { method: 'GET', path, access: 'read', handle: search },
  {
    method: 'GET',
    path: `${path}/:partition/:offset`,
    access: 'read',
    handle: async (request, { broker, client }) => {
      const topic = topicImage(broker, param(request, 'name'));
      const place = {
        partition: pathNumber(request, 'partition'),
        offset: pathNumber(request, 'offset'),
      };
      if (place.partition >= topic.partitions.length) throw noRecord(topic.name, place);
      const [record] = await readRecords(client, topic.name, [place], readLimits(broker));
      if (record === undefined) throw noRecord(topic.name, place);
      return json(recordView(record, Number.POSITIVE_INFINITY));
    },
  },
  {
    method: 'POST',
    path,
    access: 'change',
    handle: async (request, { broker, publisher }) => {
      const topic = topicImage(broker, param(request, 'name')).name;
      const body = await jsonBody(request, Number.POSITIVE_INFINITY);
      refuseUnknownFields(body, ['records']);
      const records = listField(body, 'records', publishedMax).map((fields, index) =>
        recordOf(fields, { topic, partition: undefined, repartition: false }, `records[${index}]`),
      );
      const published = await publisher.publish(records, 'all');
      const results = published.map((one) => {
        if (isError(one)) return { error: publishProblem(one).error };
        const { partition, offset, timestampMs: timestamp } = one;
        return { partition, offset, timestamp };
      });
      return json({ results } satisfies PublishResult);
    },
  },
  {
    method: 'POST',
    path: '/api/topics/:name/resend',
    access: 'change',
    handle: async (request, { broker, client, publisher }) => {
      const topic = topicImage(broker, param(request, 'name'));
      const body = await jsonBody(request);
      refuseUnknownFields(body, ['records', 'to', 'keepPartition', 'keepTimestamp']);
      const records = listField(body, 'records', resentMax).map((fields) =>
        placeOf(fields, topic.partitions.length),
      );
      const options = {
        topic: topic.name,
        records,
        to: topicImage(broker, textField(body, 'to')).name,
        keepPartition: flagField(body, 'keepPartition'),
        keepTimestamp: flagField(body, 'keepTimestamp'),
        ...readLimits(broker),
      };
      return json(await resend(options, { client, publisher }));
    },
  },
  {
    method: 'POST',
    path: '/api/filter',
    access: 'read',
    handle: async (request) => {
      compileFilter(textField(await jsonBody(request), 'filter'));
      return json({ ok: true });
    },
  },
];

function search(request: AdminRequest, services: AdminServices) {
  const { query } = request;
  const { broker, runtime, searches, thread } = services;
  const topic = topicImage(broker, param(request, 'name'));
  const options = parseSearch(query, topic, broker);
  const isFollowing = query.get('follow') === 'true';
  const modules = { timers: runtime.timers, slices: thread.slices() };
  return events(async (stream) => {
    const report = new SearchReport(options, { ...modules, stream });
    try {
      if (isFollowing) await tail(options, query, services, report);
      else await searches.with(() => found(options, services, report));
    } catch (error) {
      await report.failed(error);
    } finally {
      report.end();
    }
  });
}

function found(
  options: SearchOptions,
  { client }: AdminServices,
  report: SearchReport,
): Promise<void> {
  const Search = options.order === 'newest' ? NewestSearch : ForwardSearch;
  return new Search(options, { client, report }).run();
}

function tail(
  options: SearchOptions,
  query: URLSearchParams,
  { broker, client, runtime }: AdminServices,
  report: SearchReport,
): Promise<void> {
  const { topic } = options;
  const where = {
    from: parsePosition(query.get('from') ?? 'end', 'from'),
    isWhole: queryPartitions(query, topic) === undefined,
  };
  const partitionCount = (): number =>
    broker.metadata.image.topicsById.get(topic.id)?.partitions.length ?? 0;
  return follow(options, where, { client, report, runtime, partitionCount });
}

function readLimits({ config }: AdminServices['broker']) {
  return { decompressedBytesMax: config.decompressedBatchMaxBytes };
}

function pathNumber(request: AdminRequest, name: string): number {
  const text = param(request, name);
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw badField(name, `${text} is no ${name}.`);
}

function listField(
  body: Readonly<Record<string, unknown>>,
  name: string,
  countMax: number,
): readonly Readonly<Record<string, unknown>>[] {
  const list = body[name];
  if (Array.isArray(list) && list.length > countMax) {
    throw badField(name, `So many ${name} cannot be taken at once, but ${countMax}.`);
  }
  const isObject = (item: unknown): item is Readonly<Record<string, unknown>> =>
    typeof item === 'object' && item !== null && !Array.isArray(item);
  if (Array.isArray(list) && list.length > 0 && list.every(isObject)) return list;
  throw badField(name, `${name} is to be a list of objects.`);
}

function placeOf(fields: Readonly<Record<string, unknown>>, partitions: number): RecordPlace {
  const { partition, offset } = fields;
  const isPlace = Number.isSafeInteger(partition) && Number.isSafeInteger(offset);
  const place = { partition: Number(partition), offset: Number(offset) };
  const isThere = place.partition >= 0 && place.partition < partitions && place.offset >= 0;
  if (isPlace && isThere) return place;
  throw badField(
    'records',
    `records: partition ${String(partition)}, offset ${String(offset)} is no place.`,
  );
}
