import type { ConfigChange, ConfigResource } from '../../client/admin-configs.ts';
import { valueOf } from '../../client/admin-items.ts';
import type { Client } from '../../client/client.ts';
import { keyProblem } from '../../client/config-keys.ts';
import { must } from '../../util/assert.ts';
import { hasCode } from '../../util/odradek-error.ts';
import type { ConfigRow } from '../contract/topics.ts';
import { type BodyFields, flagField, refuseUnknownFields } from '../http/body-fields.ts';
import { badField } from '../http/problem.ts';
import { type ConfigRowWithSource, ownSource } from './config-rows.ts';

/**
 * `PATCH /api/configs/…`: sets values, all together or none, and answers the changed rows as they are then, with
 * `dryRun` as they would be; `before` are all rows as they are. Throws a `HttpProblem`, or as the client does.
 */
export async function changeConfigs(
  client: Client,
  resource: ConfigResource,
  body: BodyFields,
  before: readonly ConfigRowWithSource[],
): Promise<readonly ConfigRow[]> {
  refuseUnknownFields(body, ['set', 'dryRun']);
  const values = valuesOf(body['set']);
  const changes = [...values].map(([name, value]): ConfigChange =>
    value === null ? { name, operation: 'delete' } : { name, operation: 'set', value },
  );
  await refuseUnknownKeys(client, resource, [...values.keys()]);
  const options = { validateOnly: flagField(body, 'dryRun') };
  const [outcome] = await client.admin.incrementalAlterConfigs([{ resource, changes }], options);
  valueOf(must(outcome));
  return before.flatMap(({ row, inheritedSource }) => {
    const value = values.get(row.name);
    if (value === undefined) return [];
    if (value === null) return [{ ...row, value: row.inherited, source: inheritedSource }];
    return [{ ...row, value: row.isSensitive ? null : value, source: ownSource(resource) }];
  });
}

function valuesOf(set: unknown): ReadonlyMap<string, string | null> {
  const isObject = typeof set === 'object' && set !== null && !Array.isArray(set);
  const entries = isObject ? Object.entries(set) : [];
  if (entries.length === 0) {
    throw badField('set', 'set is to be an object of values by key, with one at least.');
  }
  return new Map(
    entries.map(([key, value]: [string, unknown]) => {
      if (typeof value === 'string' || value === null) return [key, value];
      throw badField(key, `${key} is to be a text, or null to return to what is inherited.`);
    }),
  );
}

/** A misspelt key is told with the one that was meant, and as a field. */
async function refuseUnknownKeys(
  client: Client,
  resource: ConfigResource,
  keys: readonly string[],
): Promise<void> {
  const problem = await keyProblem(client, resource, keys);
  if (problem === undefined) return;
  if (!hasCode(problem.error, 'UNKNOWN_CONFIG')) throw problem.error;
  throw badField(problem.error.details.key, `${problem.error.message}.`);
}
