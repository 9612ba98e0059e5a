import { valueOf, type Outcome } from '../../client/admin-items.ts';
import { must } from '../../util/assert.ts';
import { flagField, refuseUnknownFields, textField } from '../http/body-fields.ts';
import { jsonBody, param, type AdminRequest } from '../http/admin-request.ts';
import { json, noContent } from '../http/answer.ts';
import { badField, HttpProblem, problemOf } from '../http/problem.ts';
import type { Route } from '../http/route.ts';
import { topicImage } from '../records/record-query.ts';
import type { AdminServices } from '../services.ts';
import { topicDetail } from '../topics/topic-detail.ts';
import { filteredTopicsOf, topicPage } from '../topics/topic-rows.ts';

const path = '/api/topics/:name';

/** Topics: `/api/topics`. */
export const topicRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/topics',
    access: 'read',
    handle: async ({ query }, services) => json(await topicPage(query, services)),
  },
  { method: 'POST', path: '/api/topics', access: 'change', handle: create },
  {
    method: 'GET',
    path,
    access: 'read',
    handle: async (request, services) => json(await topicDetail(param(request, 'name'), services)),
  },
  { method: 'DELETE', path, access: 'change', handle: remove },
  {
    method: 'POST',
    path: `${path}/partitions`,
    access: 'change',
    handle: async (request, { broker, client }) => {
      const { name } = topicImage(broker, param(request, 'name'));
      const body = await jsonBody(request);
      refuseUnknownFields(body, ['count', 'dryRun']);
      const count = wholeNumber(body, 'count', 1);
      const validateOnly = flagField(body, 'dryRun');
      requireOutcome(await client.admin.createPartitions([{ name, count }], { validateOnly }));
      return json({ name, partitions: count });
    },
  },
  { method: 'POST', path: `${path}/delete-records`, access: 'change', handle: deleteRecords },
];

async function create(request: AdminRequest, { client }: AdminServices) {
  const body = await jsonBody(request);
  refuseUnknownFields(body, ['name', 'partitions', 'replicationFactor', 'configs', 'dryRun']);
  const name = textField(body, 'name');
  const topic = {
    name,
    partitions: body['partitions'] === undefined ? -1 : wholeNumber(body, 'partitions', -1),
    replicationFactor:
      body['replicationFactor'] === undefined ? -1 : wholeNumber(body, 'replicationFactor', -1),
    configs: configsField(body['configs']),
  };
  const validateOnly = flagField(body, 'dryRun');
  requireOutcome(await client.admin.createTopics([topic], { validateOnly }));
  return json({ name }, validateOnly ? 200 : 201);
}

async function remove(request: AdminRequest, { broker, client }: AdminServices) {
  const topic = topicImage(broker, param(request, 'name'));
  const body = await jsonBody(request);
  refuseUnknownFields(body, ['alsoDeletes']);
  const named = body['alsoDeletes'] ?? [];
  if (!Array.isArray(named)) throw badField('alsoDeletes', 'alsoDeletes is to be a list of names.');
  const unnamed = filteredTopicsOf(broker.metadata.image, topic).filter(
    (name) => !named.includes(name),
  );
  if (unnamed.length > 0) {
    throw new HttpProblem(409, {
      code: 'HAS_FILTERED_TOPICS',
      message: `${topic.name} is the source of ${unnamed.join(', ')}, which would be deleted with it.`,
      remedy: 'Name them in alsoDeletes to delete them too.',
      field: 'alsoDeletes',
    });
  }
  requireOutcome(await client.admin.deleteTopics([topic.name]));
  return noContent();
}

async function deleteRecords(request: AdminRequest, { broker, client }: AdminServices) {
  const topic = topicImage(broker, param(request, 'name'));
  const body = await jsonBody(request);
  refuseUnknownFields(body, ['before']);
  const before = body['before'];
  if (!Array.isArray(before) || before.length === 0) {
    throw badField('before', 'before is to be a list of partitions with offsets.');
  }
  const asked = before.map((item: unknown) => {
    const fields = (item ?? {}) as Readonly<Record<string, unknown>>;
    const partition = wholeNumber(fields, 'partition', 0);
    return { topic: topic.name, partition, beforeOffset: wholeNumber(fields, 'offset', -1) };
  });
  const outcomes = await client.admin.deleteRecords(asked);
  const results = outcomes.map((outcome, index) => {
    const { partition } = must(asked[index]);
    if ('value' in outcome) return { partition, logStartOffset: outcome.value };
    return { partition, error: must(problemOf(outcome.error)).details };
  });
  const [failure] = outcomes.flatMap((outcome) =>
    'error' in outcome ? [must(problemOf(outcome.error))] : [],
  );
  if (failure === undefined) return json({ results });
  return json({ error: failure.details, results }, failure.status);
}

function requireOutcome<T>([outcome]: readonly Outcome<T>[]): void {
  valueOf(must(outcome));
}

function wholeNumber(fields: Readonly<Record<string, unknown>>, name: string, min: number): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min) return value;
  throw badField(name, `${name} is to be a whole number from ${min} up.`);
}

function configsField(value: unknown): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  const isFields = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isFields && Object.values(value).every((one) => typeof one === 'string')) {
    return value as Readonly<Record<string, string>>;
  }
  throw badField('configs', 'configs is to be an object of texts.');
}
