import type { RunningBroker } from '../../broker/broker.ts';
import type { IsolationLevel } from '../../client/list-offsets.ts';
import { compileFilter, type Filter } from '../../filter/filter.ts';
import type { TopicImage } from '../../metadata/image.ts';
import { OdradekError } from '../../util/odradek-error.ts';
import { badField } from '../http/problem.ts';

/** The topic of that name. Throws `UNKNOWN_TOPIC`. */
export function topicImage(broker: RunningBroker, name: string): TopicImage {
  const topic = broker.metadata.image.topicsByName.get(name);
  if (topic !== undefined) return topic;
  throw new OdradekError(`there is no topic ${name}`, { code: 'UNKNOWN_TOPIC', topic: name });
}

/** The partitions that the query names by `partition`; undefined for all. Throws a `HttpProblem` of 400. */
export function queryPartitions(
  query: URLSearchParams,
  topic: TopicImage,
): readonly number[] | undefined {
  const texts = query.getAll('partition').flatMap((text) => text.split(','));
  if (texts.length === 0) return undefined;
  const partitions = texts.map((text) => {
    const partition = /^\d{1,10}$/.test(text) ? Number(text) : -1;
    if (partition >= 0 && partition < topic.partitions.length) return partition;
    const count = topic.partitions.length;
    throw badField('partition', `partition=${text}: ${topic.name} has ${count}, from 0 on.`);
  });
  return [...new Set(partitions)].toSorted((a, b) => a - b);
}

/** The filter in the query's `where`, if there is one. Throws `INVALID_FILTER`. */
export function queryFilter(query: URLSearchParams): Filter | undefined {
  const where = query.get('where');
  return where === null || where === '' ? undefined : compileFilter(where);
}

/** What of transactions is seen; all unless the query says otherwise. Throws a `HttpProblem` of 400. */
export function queryIsolation(query: URLSearchParams): IsolationLevel {
  const text = query.get('isolation') ?? 'read_uncommitted';
  if (text === 'read_uncommitted' || text === 'read_committed') return text;
  throw badField('isolation', `isolation=${text}: expected read_uncommitted or read_committed.`);
}
