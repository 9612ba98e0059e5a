import type { RecordBatch } from '../../../src/records/record-batch.ts';
import { readRecords } from '../../../src/records/record-reader.ts';
import { splitBatches } from '../../../src/records/split-batches.ts';
import { zeroUuid } from '../../../src/protocol/uuid.ts';
import type { Answer } from './apis.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Values that no two brokers have in common, by the name of their field. */
const always: Readonly<Record<string, string>> = {
  clusterId: '<cluster id>',
  finalizedFeaturesEpoch: '<epoch>',
  logDir: '<log directory>',
  port: '<port>',
  totalBytes: '<bytes>',
  usableBytes: '<bytes>',
};
/** The same of one API. Zero stands for nothing there and is shown. */
const ofApi: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  DescribeQuorum: {
    highWatermark: '<offset>',
    leaderEpoch: '<epoch>',
    logEndOffset: '<offset>',
    replicaDirectoryId: '<directory id>',
  },
};
/** Lists, by API, in which Apache's order is that of a hash table. */
const unordered: Readonly<Record<string, readonly string[]>> = {
  CreatePartitions: ['results'],
  CreateTopics: ['topics'],
  DeleteRecords: ['topics', 'partitions'],
  DeleteTopics: ['responses'],
  DescribeLogDirs: ['topics', 'partitions'],
  ConsumerGroupDescribe: [
    'groups',
    'members',
    'partitions',
    'subscribedTopicNames',
    'topicPartitions',
  ],
  ConsumerGroupHeartbeat: ['topicPartitions', 'partitions'],
  DescribeGroups: ['members'],
  Fetch: ['responses'],
  IncrementalAlterConfigs: ['responses'],
  ListConfigResources: ['configResources'],
  JoinGroup: ['members'],
  ListOffsets: ['topics', 'partitions'],
  ListGroups: ['groups'],
  Metadata: ['topics'],
  OffsetCommit: ['topics', 'partitions'],
  OffsetDelete: ['topics', 'partitions'],
  OffsetFetch: ['topics', 'partitions'],
  Produce: ['responses', 'partitionResponses'],
};
/** Fields that say which thing they belong to. */
const nameFields = ['name', 'topic', 'topicName', 'resourceName', 'groupId'];
/** Fields with the id that a broker made up for a member. */
const memberFields = ['memberId', 'leader'];
const decompressedBytesMax = 64 * 1024 * 1024;
const hourMs = 3_600_000;

/**
 * Makes the answers to one scenario comparable: what differs from broker to broker and from run to run gets
 * a word in its place, the same one for the same value. Topics of other scenarios are left out.
 */
export class Normaliser {
  /** Ends the name of every topic of the scenario. */
  readonly suffix: string;
  readonly #startedMs = Date.now();
  readonly #seen = new Map<string, Map<string | number, string>>();
  #unordered: readonly string[] = [];
  #ofApi: Readonly<Record<string, string>> = {};
  /** Whether all groups are shown, those of other scenarios among them. */
  #showsAllGroups = false;

  constructor(suffix: string) {
    this.suffix = suffix;
  }

  /** Names a topic's id. */
  topicId(topicId: string, label: string): void {
    this.#wordsOf('topic id').set(topicId, `<topic id of ${label}>`);
  }

  /** An answer of `api` in words that can be compared. */
  normalise(api: string, answer: unknown): Json {
    this.#unordered = unordered[api] ?? [];
    this.#ofApi = ofApi[api] ?? {};
    this.#showsAllGroups = api === 'ListGroups';
    return this.#value('', api === 'Fetch' ? byPartition(answer as Answer<'Fetch'>) : answer);
  }

  #value(field: string, value: unknown): Json {
    if (value === null || value === undefined) return null;
    if (typeof value === 'bigint') return always[field] ?? String(value);
    if (typeof value === 'number') return this.#number(field, value);
    if (typeof value === 'string') return this.#string(field, value);
    if (typeof value === 'boolean') return value;
    if (value instanceof Uint8Array) return this.#bytes(value);
    if (Array.isArray(value)) return this.#array(field, value);
    return this.#struct(value as Record<string, unknown>);
  }

  /** What members tell each other has names of topics in it. */
  #bytes(value: Uint8Array): Json {
    if (value.length > 1000) return `<${value.length} bytes>`;
    const text = Buffer.from(value).toString('latin1').replaceAll(this.suffix, '');
    return Buffer.from(text, 'latin1').toString('base64');
  }

  #struct(value: Record<string, unknown>): Json {
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, this.#value(name, inner)]),
    );
  }

  #array(field: string, value: readonly unknown[]): Json {
    if (field === 'records') return this.#records(value as Uint8Array[]);
    const own = value.filter((element) => !this.#isForeign(element));
    if (field === 'configs' || field === 'apiKeys') return this.#byName(own);
    const words = own.map((element) => this.#value(field, element));
    return this.#unordered.includes(field) ? words.toSorted(byText) : words;
  }

  /** Lists in which the order means nothing, as objects: a difference then names the key. */
  #byName(list: readonly unknown[]): Json {
    const entries = list.map((element) => {
      const { name, apiKey, ...rest } = element as Record<string, unknown>;
      return [String(name ?? apiKey), this.#struct(rest)] as const;
    });
    return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Whether this is about a topic or a group of another scenario. */
  #isForeign(element: unknown): boolean {
    if (typeof element !== 'object' || element === null) return false;
    // The group without a name is nobody's own.
    if (this.#showsAllGroups && 'groupId' in element && element.groupId === '') return true;
    return Object.entries(element).some(
      ([field, value]) =>
        nameFields.includes(field) &&
        typeof value === 'string' &&
        /-x[0-9a-z]+$/.test(value) &&
        !value.endsWith(this.suffix),
    );
  }

  #number(field: string, value: number): Json {
    if (field === 'sessionId' && value !== 0) return this.#numbered('session', value);
    if (field === 'producerId' && value >= 0 && value < 2 ** 40) {
      return this.#numbered('producer', value);
    }
    if (value >= 0 && always[field] !== undefined) return always[field];
    if (value > 0 && this.#ofApi[field] !== undefined) return this.#ofApi[field];
    return this.#isNow(value) ? '<now>' : value;
  }

  #isNow(value: number): boolean {
    return Math.abs(value - this.#startedMs) < hourMs;
  }

  #string(field: string, value: string): Json {
    if (field === 'topicId') return value === zeroUuid ? value : this.#numbered('topic id', value);
    if (memberFields.includes(field) && /(?:^|-)[0-9A-Za-z_-]{22,}$/.test(value)) {
      return this.#numbered('member', value);
    }
    if (field === 'documentation') return value === '' ? '' : '<text>';
    if (always[field] !== undefined) return always[field];
    if (value !== zeroUuid && this.#ofApi[field] !== undefined) return this.#ofApi[field];
    let text = value
      .replaceAll(this.suffix, '')
      .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>')
      .replaceAll(/(?:\/[\w.-]+)*\/apache-answers-\w+/g, '<folder>');
    for (const what of ['topic id', 'member']) {
      for (const [id, word] of this.#seen.get(what) ?? []) {
        text = text.replaceAll(String(id), word);
      }
    }
    return text
      .replaceAll(/\d{13,}/g, (digits) => (this.#isNow(Number(digits)) ? '<now>' : digits))
      .replace(/within \[[^\]]+\]/, 'within [<from>, <to>]');
  }

  #wordsOf(what: string): Map<string | number, string> {
    const seen = this.#seen.get(what) ?? new Map<string | number, string>();
    this.#seen.set(what, seen);
    return seen;
  }

  #numbered(what: string, value: string | number): string {
    const seen = this.#wordsOf(what);
    const word = seen.get(value) ?? `<${what} ${seen.size + 1}>`;
    seen.set(value, word);
    return word;
  }

  #records(chunks: readonly Uint8Array[]): Json {
    const split = splitBatches(chunks);
    const batches = split.batches.map((batch) => this.#batch(batch));
    return 'problem' in split ? [...batches, split.problem] : batches;
  }

  #batch(batch: RecordBatch): Json {
    const { baseOffset, partitionLeaderEpoch, attributes, lastOffsetDelta } = batch;
    const { baseTimestamp, maxTimestamp, producerId, producerEpoch, baseSequence } = batch;
    const records = [...readRecords(batch, { maxBytes: decompressedBytesMax })].map((record) => ({
      offset: record.offset,
      timestamp: record.timestamp,
      key: shown(record.key),
      value: shown(record.value),
      headers: record.headers.map(({ key, value }) => [key, shown(value)]),
    }));
    const header = { baseOffset, partitionLeaderEpoch, attributes, lastOffsetDelta, baseTimestamp };
    const producer = { producerId, producerEpoch, baseSequence };
    // How much a codec makes of it is the codec's affair.
    const sizeBytes = batch.compression === 'none' ? batch.sizeBytes : null;
    return this.#struct({ ...header, maxTimestamp, ...producer, sizeBytes, values: records });
  }
}

/**
 * A Fetch response with a list of partitions in place of topics with partitions: Apache puts partitions that
 * failed behind the others, and begins a topic anew where it likes.
 */
function byPartition({ responses, ...rest }: Answer<'Fetch'>): unknown {
  const partitions = responses.flatMap(({ topic, topicId, partitions }) =>
    partitions.map((partition) => ({ topic, topicId, ...partition })),
  );
  return { ...rest, responses: partitions };
}

function byText(a: Json, b: Json): number {
  const [one, other] = [JSON.stringify(a), JSON.stringify(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}

/** A key or value, which are text in all scenarios; a long one by its length. */
function shown(bytes: Uint8Array | null): string | null {
  if (bytes === null) return null;
  return bytes.length > 100 ? `<${bytes.length} bytes>` : Buffer.from(bytes).toString();
}
