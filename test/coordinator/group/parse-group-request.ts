import type { GroupEvent, RequestContext } from '../../../src/coordinator/group/group-events.ts';
import { encodeMessage } from '../../../src/protocol/codec.ts';
import { consumerProtocolSubscription } from '../../../src/protocol/messages/consumer-protocol.ts';
import { zeroUuid } from '../../../src/protocol/uuid.ts';
import { concatenated } from '../../../src/util/bytes.ts';
import { idOf } from './group-host.ts';

type RequestEvent = Extract<GroupEvent, { ref: unknown }>;
/** A request that is not numbered yet. */
export type Unnumbered = {
  [K in RequestEvent['kind']]: Omit<Extract<RequestEvent, { kind: K }>, 'ref'>;
}[RequestEvent['kind']];

/** Newest versions, which are used where a script names none. */
const newest = {
  join: 9,
  sync: 5,
  heartbeat: 4,
  leave: 5,
  commit: 9,
  fetch: 9,
  forget: 0,
  describe: 6,
  list: 5,
  delete: 2,
  'consumer-heartbeat': 1,
  'consumer-describe': 1,
};

/** What a script calls the APIs. */
export type Verb = keyof typeof newest;

/** Words between blanks. */
export function wordsOf(line: string): string[] {
  return line.split(' ').filter((word) => word !== '');
}

/** The words of a request: those with `=` by name, and the others. */
class Words {
  readonly plain: readonly string[];
  readonly #named: ReadonlyMap<string, string>;

  constructor(words: readonly string[]) {
    // A word with a slash in front of its `=` is a partition.
    const isNamed = (word: string): boolean => /^[a-z]+=/i.test(word);
    this.plain = words.filter((word) => !isNamed(word));
    this.#named = new Map(
      words.filter(isNamed).map((word) => {
        const at = word.indexOf('=');
        return [word.slice(0, at), word.slice(at + 1)];
      }),
    );
  }

  text(name: string, otherwise: string): string {
    return this.#named.get(name) ?? otherwise;
  }

  textOrNull(name: string): string | null {
    return this.#named.get(name) ?? null;
  }

  number(name: string, otherwise: number): number {
    return Number(this.#named.get(name) ?? otherwise);
  }

  list(name: string, otherwise = ''): string[] {
    return this.text(name, otherwise)
      .split(',')
      .filter((item) => item !== '');
  }
}

/** The request that a line of a script stands for. */
export function parseRequest(client: string, verb: Verb, rest: readonly string[]): Unnumbered {
  const words = new Words(rest);
  const [first = '', ...others] = words.plain;
  const groupId = first === "''" ? '' : first;
  if (newest[verb] === undefined) throw new Error(`'${verb}' is no command`);
  const context: RequestContext = {
    apiVersion: words.number('v', newest[verb]),
    clientId: client,
    clientHost: '/127.0.0.1',
  };
  switch (verb) {
    case 'join':
      return { kind: 'joinGroup', context, request: joinRequest(groupId, words) };
    case 'sync':
      return {
        kind: 'syncGroup',
        context,
        request: syncRequest(groupId, words, context.apiVersion),
      };
    case 'heartbeat':
      return { kind: 'heartbeat', context, request: { groupId, ...memberOf(words) } };
    case 'leave':
      return { kind: 'leaveGroup', context, request: leaveRequest(groupId, words) };
    case 'commit':
      return {
        kind: 'offsetCommit',
        context,
        request: commitRequest(groupId, words, others, context),
      };
    case 'fetch':
      return {
        kind: 'offsetFetch',
        context,
        request: fetchRequest(groupId, words, others, context),
      };
    case 'forget':
      return { kind: 'offsetDelete', context, request: forgetRequest(groupId, others) };
    case 'describe':
      return { kind: 'describeGroup', context, request: { groupId } };
    case 'list':
      return {
        kind: 'listGroups',
        context,
        request: { statesFilter: words.list('states'), typesFilter: words.list('types') },
      };
    case 'delete':
      return { kind: 'deleteGroup', context, request: { groupId } };
    case 'consumer-heartbeat':
      return {
        kind: 'consumerGroupHeartbeat',
        context,
        request: consumerHeartbeat(groupId, words),
      };
    case 'consumer-describe':
      return {
        kind: 'consumerGroupDescribe',
        context,
        request: { groupId, includeAuthorizedOperations: false },
      };
  }
}

type RequestOf<K extends RequestEvent['kind']> = Extract<RequestEvent, { kind: K }>['request'];

function memberOf(words: Words): {
  memberId: string;
  generationId: number;
  groupInstanceId: string | null;
} {
  return {
    memberId: words.text('member', ''),
    generationId: words.number('generation', -1),
    groupInstanceId: words.textOrNull('instance'),
  };
}

/** Protocols are `range` or `range:what-it-says`; where it says nothing, it reads the topics. */
function joinRequest(groupId: string, words: Words): RequestOf<'joinGroup'> {
  const subscription = subscriptionTo(words.list('topics'));
  return {
    groupId,
    sessionTimeoutMs: words.number('session', 10_000),
    rebalanceTimeoutMs: words.number('rebalance', 60_000),
    memberId: words.text('member', ''),
    groupInstanceId: words.textOrNull('instance'),
    protocolType: words.text('type', 'consumer'),
    protocols: words.list('protocols', 'range').map((protocol) => {
      const [name = '', metadata] = protocol.split(':');
      return { name, metadata: metadata === undefined ? subscription : bytesOf(metadata) };
    }),
    reason: null,
  };
}

function subscriptionTo(topics: string[]): Uint8Array {
  const version = new Uint8Array(2);
  return concatenated([version, ...encodeMessage(consumerProtocolSubscription, 0, { topics })]);
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function syncRequest(groupId: string, words: Words, apiVersion: number): RequestOf<'syncGroup'> {
  const saysProtocol = apiVersion >= 5;
  return {
    groupId,
    ...memberOf(words),
    protocolType: saysProtocol ? orNull(words.text('type', 'consumer')) : null,
    protocolName: saysProtocol ? orNull(words.text('protocol', 'range')) : null,
    assignments: words.list('assign').map((item) => {
      const [memberId = '', assignment = ''] = item.split(':');
      return { memberId, assignment: bytesOf(assignment) };
    }),
  };
}

function orNull(text: string): string | null {
  return text === 'null' ? null : text;
}

/** Members are ids, `instance:NAME`, or `ID:NAME`. */
function leaveRequest(groupId: string, words: Words): RequestOf<'leaveGroup'> {
  const members = words.list('members').map((item) => {
    const [memberId = '', groupInstanceId = null] = item.split(':');
    return { memberId: memberId === 'instance' ? '' : memberId, groupInstanceId, reason: null };
  });
  return { groupId, memberId: words.text('member', ''), members };
}

/** Partitions are `topic/0=5` or `topic/0=5:metadata`. */
function commitRequest(
  groupId: string,
  words: Words,
  partitions: readonly string[],
  { apiVersion }: RequestContext,
): RequestOf<'offsetCommit'> {
  const parsed = partitions.map((word) => {
    const [topicPartition = '', committed = ''] = word.split('=');
    const [topic = '', index = ''] = topicPartition.split('/');
    const [offset = '', metadata = null] = committed.split(':');
    return { topic, index: Number(index), offset: Number(offset), metadata };
  });
  return {
    groupId,
    generationIdOrMemberEpoch: words.number('generation', -1),
    memberId: words.text('member', ''),
    groupInstanceId: words.textOrNull('instance'),
    retentionTimeMs: words.number('retention', -1),
    topics: byTopic(parsed).map(([topic, items]) => ({
      ...namesOf(topic, apiVersion),
      partitions: items.map(({ index, offset, metadata }) => ({
        partitionIndex: index,
        committedOffset: offset,
        committedLeaderEpoch: words.number('epoch', -1),
        committedMetadata: metadata,
      })),
    })),
  };
}

function namesOf(topic: string, apiVersion: number): { name: string; topicId: string } {
  return apiVersion >= 10 ? { name: '', topicId: idOf(topic) } : { name: topic, topicId: zeroUuid };
}

function fetchRequest(
  groupId: string,
  words: Words,
  partitions: readonly string[],
  { apiVersion }: RequestContext,
): RequestOf<'offsetFetch'> {
  return {
    groupId,
    memberId: words.textOrNull('member'),
    memberEpoch: words.number('epoch', -1),
    requireStable: true,
    topics:
      partitions[0] === 'all'
        ? null
        : byTopic(partitions.map(parsePartition)).map(([topic, items]) => ({
            ...namesOf(topic, apiVersion),
            partitionIndexes: items.map(({ index }) => index),
          })),
  };
}

function forgetRequest(groupId: string, partitions: readonly string[]): RequestOf<'offsetDelete'> {
  return {
    groupId,
    topics: byTopic(partitions.map(parsePartition)).map(([name, items]) => ({
      name,
      partitions: items.map(({ index }) => ({ partitionIndex: index })),
    })),
  };
}

function parsePartition(word: string): { topic: string; index: number } {
  const [topic = '', index = ''] = word.split('/');
  return { topic, index: Number(index) };
}

function byTopic<T extends { readonly topic: string }>(
  items: readonly T[],
): (readonly [string, T[]])[] {
  return [...Map.groupBy(items, ({ topic }) => topic)];
}

function consumerHeartbeat(groupId: string, words: Words): RequestOf<'consumerGroupHeartbeat'> {
  return {
    groupId,
    memberId: words.text('member', ''),
    memberEpoch: words.number('epoch', 0),
    instanceId: words.textOrNull('instance'),
    rackId: null,
    rebalanceTimeoutMs: 60_000,
    subscribedTopicNames: words.list('topics'),
    subscribedTopicRegex: null,
    serverAssignor: null,
    topicPartitions: [],
  };
}
