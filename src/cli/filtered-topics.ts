import type { Client } from '../client/client.ts';
import { filterConfig, sourceTopicConfig } from '../config/filtered-topic-keys.ts';
import { usageError } from './usage-error.ts';

/** What a filtered topic shows. */
export interface FilteredTopic {
  readonly sourceTopic: string;
  readonly filter: string;
}

/** A broker answers so many topics' configs in one request, and more. */
const topicsPerRequest = 1000;

/** Those of the topics `names` that are filtered; none where the broker does not tell, or is another's. */
export async function filteredTopics(
  client: Client,
  names: readonly string[],
): Promise<ReadonlyMap<string, FilteredTopic>> {
  const found = new Map<string, FilteredTopic>();
  for (let first = 0; first < names.length; first += topicsPerRequest) {
    const asked = names.slice(first, first + topicsPerRequest);
    const outcomes = await client.admin.describeConfigs(
      asked.map((name) => ({ type: 'topic', name })),
      { keys: [sourceTopicConfig, filterConfig] },
    );
    for (const [index, outcome] of outcomes.entries()) {
      if ('error' in outcome) continue;
      const values = new Map(outcome.value.map(({ name, value }) => [name, value]));
      const sourceTopic = values.get(sourceTopicConfig);
      if (sourceTopic === undefined || sourceTopic === null) continue;
      const filter = values.get(filterConfig) ?? '';
      found.set(asked[index] as string, { sourceTopic, filter });
    }
  }
  return found;
}

/** The configs that `--from` and `--where` stand for. Throws `INVALID_ARGUMENT` where one is without the other. */
export function filterConfigs(
  from: string | undefined,
  where: string | undefined,
): Readonly<Record<string, string>> {
  if (from === undefined && where === undefined) return {};
  if (from === undefined || where === undefined) {
    const [given, missing] = from === undefined ? ['--where', '--from'] : ['--from', '--where'];
    throw usageError(`${given} needs ${missing} beside it.`, given, missing);
  }
  return { [sourceTopicConfig]: from, [filterConfig]: where };
}

/** The config that `--where` changes. */
export function filterChange(where: string | undefined): Readonly<Record<string, string>> {
  return where === undefined ? {} : { [filterConfig]: where };
}
