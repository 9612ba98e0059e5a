import type { NewTopicBody } from '../../../src/admin/contract/topics.ts';
import { commandLine, oneAfterTheOther } from '../data/command-line.ts';
import type { TopicsQuery } from './topics-query.ts';

/** The config keys that make a topic a filtered one. */
export const filteredTopicKeys = {
  source: 'odradek.source.topic',
  filter: 'odradek.filter',
} as const;

/** The line that lists these topics. */
export function topicListCommand(bootstrap: string, query: TopicsQuery): string {
  const pattern = query.text.includes('*') ? query.text : `*${query.text}*`;
  return commandLine(bootstrap, {
    command: 'topic list',
    args: query.text === '' ? [] : [pattern],
    options: [query.internal ? ['--internal'] : undefined],
  });
}

/** The line that describes a topic. */
export function topicDescribeCommand(bootstrap: string, topic: string): string {
  return commandLine(bootstrap, { command: 'topic describe', args: [topic] });
}

/** The line that makes a topic. */
export function topicCreateCommand(bootstrap: string, body: NewTopicBody): string {
  const { partitions, replicationFactor } = body;
  const configs = Object.entries(body.configs ?? {});
  const source = body.configs?.[filteredTopicKeys.source];
  const filter = body.configs?.[filteredTopicKeys.filter];
  const isFiltered = source !== undefined && filter !== undefined;
  const others = configs.filter(
    ([key]) => key !== filteredTopicKeys.source && key !== filteredTopicKeys.filter,
  );
  return commandLine(bootstrap, {
    command: 'topic create',
    args: [body.name],
    options: [
      isFiltered ? ['--from', source] : undefined,
      isFiltered ? ['--where', filter] : undefined,
      partitions === undefined || partitions < 0 ? undefined : ['-p', partitions],
      replicationFactor === undefined || replicationFactor < 0
        ? undefined
        : ['-r', replicationFactor],
      ...(isFiltered ? others : configs).map(
        ([key, value]) => ['--config', `${key}=${value}`] as const,
      ),
      body.dryRun === true ? ['--dry-run'] : undefined,
    ],
  });
}

/** The line that gives a topic more partitions. */
export function topicPartitionsCommand(bootstrap: string, topic: string, count: number): string {
  return commandLine(bootstrap, {
    command: 'topic alter',
    args: [topic],
    options: [['-p', count]],
  });
}

/** The line that deletes a topic; its filtered topics go with it. */
export function topicDeleteCommand(bootstrap: string, topic: string): string {
  return commandLine(bootstrap, { command: 'topic delete', args: [topic] });
}

/** The line that deletes records before a position of `odradek`, the same in every partition. */
export function deleteRecordsCommand(bootstrap: string, topic: string, position: string): string {
  return commandLine(bootstrap, {
    command: 'topic alter',
    args: [topic],
    options: [['--delete-records-before', position]],
  });
}

/** The lines that set and return configs of a topic, a group, a broker or the `default` of all brokers. */
export function configCommand(
  bootstrap: string,
  resource: { readonly type: 'topic' | 'broker' | 'group'; readonly name: string },
  set: Readonly<Record<string, string | null>>,
  dryRun = false,
): string {
  const entries = Object.entries(set);
  const values = entries.flatMap(([key, value]) => (value === null ? [] : [`${key}=${value}`]));
  const returned = entries.flatMap(([key, value]) => (value === null ? [key] : []));
  const options = dryRun ? ([['--dry-run']] as const) : [];
  const line = (command: string, words: readonly string[]) =>
    commandLine(bootstrap, { command, args: [resource.type, resource.name, ...words], options });
  if (entries.length === 0) return line('config get', []);
  return [
    ...(values.length > 0 ? [line('config set', values)] : []),
    ...(returned.length > 0 ? [line('config delete', returned)] : []),
  ].join(' && ');
}

/** The lines that delete records before an offset of each partition, for which `odradek` has no single one. */
export function deleteRecordsOfPartitions(
  bootstrap: string,
  topic: string,
  before: readonly { readonly partition: number; readonly offset: number }[],
): string | null {
  const [first] = before;
  const isSame = before.every(({ offset }) => offset === first?.offset);
  if (first === undefined || !isSame) return null;
  const position = first.offset < 0 ? 'end' : String(first.offset);
  return oneAfterTheOther([deleteRecordsCommand(bootstrap, topic, position)]);
}
