/** Configs of the made-up cluster: a few keys with plausible documentation. */
import type { ConfigRow } from '../../src/admin/contract/topics.ts';

type Key = readonly [name: string, type: string, inherited: string, documentation: string];

const topicKeys: readonly Key[] = [
  [
    'cleanup.policy',
    'LIST',
    'delete',
    'What is done to old log segments: "delete" discards them when they are too old or the log is too large, "compact" keeps the last value of each key.',
  ],
  [
    'compression.type',
    'STRING',
    'producer',
    'The codec in which batches are kept; "producer" keeps the one in which they came.',
  ],
  ['max.message.bytes', 'INT', '1048588', 'The largest batch that is taken, after compression.'],
  [
    'message.timestamp.type',
    'STRING',
    'CreateTime',
    'Whether the time of a record is when it was made or when it was appended.',
  ],
  [
    'min.insync.replicas',
    'INT',
    '1',
    'How many replicas must have a record before a producer with acks=all is told that it is written.',
  ],
  [
    'retention.bytes',
    'LONG',
    '-1',
    'How large a partition may grow before its oldest segments are deleted; -1 for no limit.',
  ],
  ['retention.ms', 'LONG', '604800000', 'How long records are kept at least; -1 for ever.'],
  ['segment.bytes', 'INT', '1073741824', 'The size at which a new segment file is begun.'],
  ['odradek.source.topic', 'STRING', '', 'The topic of which this one shows the matching records.'],
  ['odradek.filter', 'STRING', '', 'Which records of the source are shown, in CEL.'],
];

const brokerKeys: readonly Key[] = [
  [
    'advertised.listeners',
    'STRING',
    'PLAINTEXT://127.0.0.1:9092',
    'Where clients are told to connect.',
  ],
  [
    'log.retention.ms',
    'LONG',
    '604800000',
    'How long records of topics without a value of their own are kept.',
  ],
  ['num.partitions', 'INT', '1', 'How many partitions topics get that are made without a number.'],
  ['log.dirs', 'STRING', './data', 'Where logs are kept.'],
  ['odradek.admin.password', 'PASSWORD', '', 'Who opens the console must know it.'],
  ['message.max.bytes', 'INT', '1048588', 'The largest batch that is taken, after compression.'],
];

function rowsOf(
  keys: readonly Key[],
  set: ReadonlyMap<string, string>,
  source: string,
  fixed: (name: string) => boolean,
): ConfigRow[] {
  return keys.map(([name, type, inherited, documentation]) => ({
    name,
    type,
    documentation,
    value: type === 'PASSWORD' ? null : (set.get(name) ?? inherited),
    source: set.has(name) ? source : 'DEFAULT_CONFIG',
    isReadOnly: fixed(name),
    isSensitive: type === 'PASSWORD',
    inherited,
  }));
}

/** What a topic with these configs of its own says. */
export function topicConfigs(set: ReadonlyMap<string, string>): ConfigRow[] {
  return rowsOf(topicKeys, set, 'DYNAMIC_TOPIC_CONFIG', (name) => name === 'odradek.source.topic');
}

/** What a broker says. */
export function brokerConfigs(set: ReadonlyMap<string, string>): ConfigRow[] {
  const fixed = new Set(['log.dirs', 'odradek.admin.password', 'advertised.listeners']);
  return rowsOf(brokerKeys, set, 'DYNAMIC_DEFAULT_BROKER_CONFIG', (name) => fixed.has(name));
}
