import type { Client } from '../client/client.ts';
import type { TopicMetadata } from '../client/cluster-metadata.ts';
import { valueOf } from '../client/admin-items.ts';
import { OdradekError } from '../util/odradek-error.ts';
import { nearestWord } from '../util/nearest.ts';
import { isPattern, matchesWildcards } from '../util/wildcards.ts';

/**
 * Whether a topic is meant by a pattern. Those that belong to Kafka itself, whose names begin with two
 * underscores, are meant only by patterns that do so too.
 */
export function matchesPattern(name: string, pattern: string): boolean {
  if (name.startsWith('__') && !pattern.startsWith('__')) return false;
  return matchesWildcards(name, pattern);
}

/** Whether a topic is one of `named`, which are names and patterns. */
export function isMeant(name: string, named: readonly string[]): boolean {
  return named.some((word) => (isPattern(word) ? matchesPattern(name, word) : name === word));
}

/**
 * The topics that names and patterns stand for, in the order in which they were named, those of a pattern by
 * name. Throws `UNKNOWN_TOPIC`, naming the nearest topic, where a name is none or, unless `mayMatchNone`, a
 * pattern meets none.
 */
export async function findTopics(
  client: Client,
  named: readonly string[],
  options: { readonly mayMatchNone?: boolean } = {},
): Promise<readonly TopicMetadata[]> {
  const found = new Map<string, TopicMetadata>();
  const all = named.some(isPattern) ? await client.admin.listTopics() : [];
  const names = named.filter((name) => !isPattern(name));
  const described = new Map(
    (await client.admin.describeTopics(names)).map((outcome, index) => [names[index], outcome]),
  );
  for (const name of named) {
    const outcome = described.get(name);
    if (outcome === undefined) {
      const matching = all.filter((topic) => matchesPattern(topic.name, name));
      if (matching.length === 0 && options.mayMatchNone !== true)
        throw noTopic(name, `no topic matches ${name}`);
      for (const topic of matching) found.set(topic.name, topic);
    } else if ('error' in outcome && outcome.error.code === 'UNKNOWN_TOPIC') {
      throw await unknownTopic(client, name);
    } else found.set(name, valueOf(outcome));
  }
  return [...found.values()];
}

async function unknownTopic(client: Client, name: string): Promise<OdradekError> {
  const others = (await client.admin.listTopics()).map((topic) => topic.name);
  const guess = nearestWord(name, others);
  const hint =
    guess === undefined ? `; odradek topic create ${name} makes it` : `; did you mean ${guess}?`;
  return noTopic(name, `there is no topic ${name}${hint}`);
}

function noTopic(topic: string, message: string): OdradekError {
  return new OdradekError(message, { code: 'UNKNOWN_TOPIC', topic });
}
