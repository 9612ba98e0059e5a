/**
 * Scripts of consumer groups: blocks of commands, `----`, what comes of them, and an empty line.
 *
 *   topic NAME COUNT           makes a topic, or gives it more partitions
 *   delete-topic NAME
 *   set KEY=VALUE              a setting of the broker or of groups
 *   wait MS
 *   restart                    another coordinator loads the log
 *   describe GROUP
 *   MEMBER joins GROUP [...]   a member joins; what follows stands for the fields of the heartbeat
 *   MEMBER beats [...]         a heartbeat that says nothing but what follows
 *   MEMBER reports             one that says what the member owns
 *   MEMBER leaves [for-a-while]
 *
 * A member of the classic protocol:
 *
 *   MEMBER classic-joins GROUP topics=a [instance=…] [protocol=…] [timeout=MS]
 *   MEMBER rejoins
 *   MEMBER syncs [user-data=…] [OTHER=a-0,a-1 ...]   as a leader, gives out what follows
 *   MEMBER classic-beats
 *   MEMBER classic-leaves
 *
 * Fields: topics=a,b regex=… instance=… rack=… assignor=… timeout=MS epoch=N id=… version=N
 * owned=a-0,a-1 (or `none`). A value that is `empty` is the empty text.
 */
import type { GroupRecord } from '../../../../src/coordinator/group/group-records.ts';
import type { HeartbeatResponse } from '../../../../src/coordinator/group/consumer/heartbeat.ts';
import { must } from '../../../../src/util/assert.ts';
import { ConsumerHost } from './consumer-host.ts';
import { TestClassicMember } from './test-classic-member.ts';
import { errorOf, TestMember } from './test-member.ts';
import type { Owned, Told } from './test-member.ts';

/** One group of commands with what was expected of it. */
interface Block {
  readonly commands: readonly string[];
  readonly comments: readonly string[];
}

/** Runs a script: the same text with what has really come of it. */
export function runScript(text: string): string {
  const run = new Run();
  return `${blocksOf(text)
    .map(({ comments, commands }) => {
      const lines = [...comments, ...commands];
      if (commands.length === 0) return lines.join('\n');
      return [...lines, '----', ...commands.flatMap((command) => run.command(command))].join('\n');
    })
    .join('\n\n')}\n`;
}

function blocksOf(text: string): Block[] {
  return text
    .trim()
    .split(/\n\n+/)
    .map((block) => {
      const [before = ''] = block.split('\n----');
      const lines = before.split('\n');
      return {
        comments: lines.filter((line) => line.startsWith('#')),
        commands: lines.filter((line) => !line.startsWith('#')),
      };
    });
}

class Run {
  #wrote: string[] = [];
  readonly #host = new ConsumerHost({
    wrote: (record) => this.#wrote.push(`  ${shownRecord(record, this.#host)}`),
    repliedLater: ({ requestId, response }) => {
      for (const [name, member] of this.#classicMembers) {
        if (member.pendingJoin !== requestId) continue;
        const error = member.joined(response as Parameters<TestClassicMember['joined']>[0]);
        this.#wrote.push(`  ${name} is told: ${shownJoin(member, error)}`);
      }
    },
  });
  readonly #members = new Map<string, TestMember>();
  readonly #classicMembers = new Map<string, TestClassicMember>();

  /** What comes of a command. */
  command(command: string): string[] {
    this.#wrote = [];
    const words = command.split(' ');
    const [first = '', second = ''] = words;
    const result = this.#run(first, second, words);
    return [...this.#wrote, ...result.map((line) => `  ${line}`)];
  }

  #run(first: string, second: string, words: readonly string[]): string[] {
    switch (first) {
      case 'topic':
        this.#host.setTopic(second, Number(words[2]));
        return [];
      case 'delete-topic':
        this.#host.deleteTopic(second);
        return [];
      case 'set':
        this.#set(second);
        return [];
      case 'wait':
        this.#host.wait(Number(second));
        return [];
      case 'restart':
        this.#host.restart();
        return [];
      case 'describe':
        return this.#describe(second);
      default:
        return [this.#member(first, second, words.slice(2))];
    }
  }

  #set(pair: string): void {
    const [key = '', value = ''] = pair.split('=');
    const single = /^\d+$/.test(value) ? Number(value) : value;
    const typed = value.includes(',') ? value.split(',') : single;
    const target = key in this.#host.groupSettings ? 'groupSettings' : 'settings';
    Object.assign(this.#host, { [target]: { ...this.#host[target], [key]: typed } });
  }

  #classic(name: string, verb: string, words: readonly string[]): string {
    const pairs = new Map(words.map((word) => word.split('=', 2) as [string, string]));
    if (verb === 'classic-joins') {
      const member = new TestClassicMember(this.#host, words[0] ?? '');
      this.#classicMembers.set(name, member);
      const instanceId = pairs.get('instance');
      const protocol = pairs.get('protocol');
      const timeout = pairs.get('timeout');
      const error = member.join({
        topics: pairs.get('topics')?.split(',') ?? [],
        ...(instanceId === undefined ? {} : { instanceId }),
        ...(protocol === undefined ? {} : { protocol }),
        ...(timeout === undefined ? {} : { rebalanceTimeoutMs: Number(timeout) }),
      });
      return shownJoin(member, error);
    }
    const member = must(this.#classicMembers.get(name), `${name} is a classic member`);
    if (verb === 'rejoins') return shownJoin(member, member.join());
    if (verb === 'classic-beats') return String(member.beat());
    if (verb === 'classic-leaves') return String(member.leave());
    const userData = pairs.get('user-data') ?? null;
    pairs.delete('user-data');
    const assignments = new Map(
      Array.from(pairs, ([other, partitions]) => [
        this.#classicMembers.get(other)?.memberId ?? other,
        partitions.split(','),
      ]),
    );
    const error = member.sync(assignments, userData);
    return error === 'NONE'
      ? `${name} owns ${[...member.holding].join(' ') || 'nothing'}`
      : String(error ?? 'waits');
  }

  #member(name: string, verb: string, words: readonly string[]): string {
    if (verb.startsWith('classic-') || verb === 'rejoins' || verb === 'syncs') {
      return this.#classic(name, verb, words);
    }
    if (verb === 'joins') {
      const [groupId = '', ...fields] = words;
      const member = new TestMember(this.#host, groupId === 'empty' ? '' : groupId, name);
      const told = this.#told(fields);
      if (told.memberId !== undefined) member.memberId = told.memberId;
      const response = member.join(told);
      if (response.errorCode === 0) this.#members.set(name, member);
      return this.#shown(response);
    }
    const member = must(this.#members.get(name), `${name} is a member`);
    if (verb === 'reports') return this.#shown(member.report());
    const told = this.#told(words);
    if (verb === 'leaves') {
      const memberEpoch = words.includes('for-a-while') ? -2 : -1;
      return this.#shown(member.send({ memberEpoch, ...told }));
    }
    return this.#shown(member.beat(told));
  }

  #told(words: readonly string[]): Told {
    const told: Record<string, unknown> = {};
    for (const word of words) {
      const at = word.indexOf('=');
      if (at === -1) continue;
      const value = word.slice(at + 1) === 'empty' ? '' : word.slice(at + 1);
      const [field, typed] = this.#field(word.slice(0, at), value);
      told[field] = typed;
    }
    return told;
  }

  #field(name: string, value: string): [string, unknown] {
    switch (name) {
      case 'topics':
        return ['subscribedTopicNames', value === '' ? [] : value.split(',')];
      case 'regex':
        return ['subscribedTopicRegex', value];
      case 'instance':
        return ['instanceId', value];
      case 'rack':
        return ['rackId', value];
      case 'assignor':
        return ['serverAssignor', value];
      case 'timeout':
        return ['rebalanceTimeoutMs', Number(value)];
      case 'epoch':
        return ['memberEpoch', Number(value)];
      case 'id':
        return ['memberId', value];
      case 'version':
        return ['version', Number(value)];
      case 'owned':
        return ['topicPartitions', this.#owned(value)];
      default:
        throw new Error(`no field is called ${name}`);
    }
  }

  #owned(text: string): Owned {
    if (text === 'null') return null;
    if (text === 'none') return [];
    return text.split(',').map((partition) => {
      const [name = '', number] = partition.split('-');
      const topicId = this.#host.topics.byName(name)?.topicId ?? 'AAAAAAAAAAAAAAAAAAAAAA';
      return { topicId, partitions: [Number(number)] };
    });
  }

  #describe(groupId: string): string[] {
    const { reply } = this.#host.ask({
      kind: 'consumerGroupDescribe',
      context: { apiVersion: 1, clientId: 'client', clientHost: '/127.0.0.1' },
      request: { groupId, includeAuthorizedOperations: false },
    });
    const group = must(reply);
    if (group.errorCode !== 0) return [String(errorOf(group))];
    const line = `${group.groupState} epoch=${group.groupEpoch} targets=${group.assignmentEpoch} ${group.assignorName}`;
    const members = group.members.map((member) => {
      const assignment = shownPartitions(member.assignment.topicPartitions, this.#host);
      const target = shownPartitions(member.targetAssignment.topicPartitions, this.#host);
      const instance = member.instanceId === null ? '' : ` instance=${member.instanceId}`;
      return `${member.memberId}${instance} epoch=${member.memberEpoch} owns ${assignment}, shall own ${target}`;
    });
    return [line, ...members];
  }

  #shown(response: HeartbeatResponse): string {
    if (response.errorCode !== 0) {
      return `${errorOf(response)}: ${response.errorMessage}`;
    }
    const { memberId, memberEpoch, heartbeatIntervalMs, assignment } = response;
    const assigned =
      assignment === null || assignment === undefined
        ? ''
        : `, owns ${shownPartitions(assignment.topicPartitions, this.#host)}`;
    const beats = heartbeatIntervalMs === 0 ? '' : `, beats every ${heartbeatIntervalMs} ms`;
    return `${memberId} is in epoch ${memberEpoch}${beats}${assigned}`;
  }
}

function shownJoin(member: TestClassicMember, error: string | undefined): string {
  if (error === undefined) return 'waits';
  if (error !== 'NONE') return error;
  const leads = member.followers.length > 0 ? ', leads' : '';
  return `${member.memberId} is in generation ${member.generationId}${leads}`;
}

interface ShownPartitions {
  readonly topicId: string;
  readonly partitions: readonly number[];
  readonly assignmentEpochs?: readonly number[] | null;
}

function shownPartitions(
  topics: readonly ShownPartitions[],
  { topics: known }: ConsumerHost,
): string {
  if (topics.length === 0) return 'nothing';
  return topics
    .map(({ topicId, partitions, assignmentEpochs }) => {
      const numbers = partitions.map((partition, index) => {
        const epoch = assignmentEpochs?.[index];
        return epoch === undefined ? String(partition) : `${partition}@${epoch}`;
      });
      return `${known.byId(topicId)?.name ?? 'deleted'}-${numbers.join(',')}`;
    })
    .toSorted()
    .join(' ');
}

const stateNames = ['stable', 'unrevoked', 'unreleased'];

function shownRecord(record: GroupRecord, host: ConsumerHost): string {
  const { key, value } = record;
  const id = 'memberId' in key ? `${key.groupId}/${key.memberId}` : '';
  if (value === null) return `[${record.type} ${JSON.stringify(Object.values(key).join('/'))} -]`;
  switch (record.type) {
    case 'consumerGroupMetadata':
      return `[epoch ${record.key.groupId} ${record.value?.epoch}]`;
    case 'consumerGroupMemberMetadata': {
      const member = must(record.value);
      const regex = member.subscribedTopicRegex ? ` regex=${member.subscribedTopicRegex}` : '';
      return `[member ${id} topics=${member.subscribedTopicNames.join(',')}${regex}]`;
    }
    case 'consumerGroupTargetAssignmentMember':
      return `[target ${id} ${shownPartitions(must(record.value).topicPartitions, host)}]`;
    case 'consumerGroupTargetAssignmentMetadata':
      return `[target-epoch ${record.key.groupId} ${record.value?.assignmentEpoch}]`;
    case 'consumerGroupCurrentMemberAssignment': {
      const current = must(record.value);
      const owned = shownPartitions(current.assignedPartitions, host);
      const revoked = current.partitionsPendingRevocation;
      const pending = revoked.length > 0 ? ` gives up ${shownPartitions(revoked, host)}` : '';
      return `[current ${id} epoch=${current.memberEpoch} before=${current.previousMemberEpoch} ${stateNames[current.state]} ${owned}${pending}]`;
    }
    case 'consumerGroupRegularExpression':
      return `[regex ${record.key.groupId} ${record.key.regularExpression} ${record.value?.topics.join(',')}]`;
    case 'groupMetadata': {
      const group = must(record.value);
      const members = group.members.map(({ memberId }) => memberId).join(',');
      return `[classic ${record.key.group} generation=${group.generation} ${group.protocol} ${members}]`;
    }
    default:
      return `[${record.type} ${JSON.stringify(value)}]`;
  }
}
