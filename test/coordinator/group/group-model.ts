import assert from 'node:assert/strict';
import type { Decision, Reply } from '../../../src/coordinator/coordinator.ts';
import type { GroupCoordinator } from '../../../src/coordinator/group/group-coordinator.ts';
import type { GroupEvent } from '../../../src/coordinator/group/group-events.ts';
import type { GroupRecord } from '../../../src/coordinator/group/group-records.ts';
import { errorCodes } from '../../../src/protocol/error-codes.ts';
import { must } from '../../../src/util/assert.ts';
import { GroupHost } from './group-host.ts';
import { parseRequest } from './parse-group-request.ts';
import type { Verb } from './parse-group-request.ts';

/** Those of a model; some are hard to tell apart in a key. */
export const groupIds = ['g', 'g/1', '1/g/', 'größe'] as const;

/** What may happen. */
export type Step =
  | { readonly kind: 'join'; readonly client: number; readonly variant: number }
  | {
      readonly kind: 'sync' | 'heartbeat' | 'leave' | 'forgetId' | 'abandon';
      readonly client: number;
    }
  | { readonly kind: 'commit'; readonly client: number; readonly partition: number }
  | {
      readonly kind: 'simpleCommit' | 'deleteOffset';
      readonly group: string;
      readonly partition: number;
    }
  | { readonly kind: 'deleteGroup' | 'settle'; readonly group: string }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'deleteTopic' | 'hold' | 'commitAll' | 'refuse' | 'restart' };

interface Client {
  readonly name: string;
  readonly group: string;
  readonly instance: string;
  memberId: string;
  generation: number;
  /** As its leader: whom to assign to. */
  members: readonly string[];
  lastRequest: number;
}

type JoinReply = NonNullable<Extract<GroupEvent, { kind: 'joinGroup' }>['ref']['response']>;
type DescribedGroup = NonNullable<
  Extract<GroupEvent, { kind: 'describeGroup' }>['ref']['response']
>;

/** Clients that act at random against a coordinator whose log is compared with it. */
export class GroupModel {
  /** How often something was seen. */
  readonly seen = new Map<string, number>();
  readonly #host: GroupHost;
  readonly #clients: Client[] = Array.from({ length: 6 }, (_, i) => ({
    name: `c${i}`,
    group: groupIds[i % 2 === 0 ? 0 : i % groupIds.length] as string,
    // Of each group some members are static.
    instance: i < 4 ? '' : ` instance=i${i}`,
    memberId: '',
    generation: -1,
    members: [],
    lastRequest: 0,
  }));
  /** Whose JoinGroup a request is. */
  readonly #joins = new Map<number, Client>();
  /** Groups of which something was not written that has happened: only a new generation says it. */
  readonly #behind = new Set<string>();
  /** The generation of each group that was written last. */
  readonly #written = new Map<string, number>();

  constructor() {
    this.#host = new GroupHost({
      replied: (reply) => this.#replied(reply),
      refused: () => this.#count('refused'),
      wrote: (record) => this.#wrote(record),
      due: (key) => this.#count(key.startsWith('classic/session') ? 'expired' : 'due'),
    });
    this.#host.setTopic('t', 4);
  }

  step(step: Step): void {
    const host = this.#host;
    switch (step.kind) {
      case 'join':
        this.#join(must(this.#clients[step.client]), step.variant);
        break;
      case 'commit': {
        const { name, group, memberId, generation } = must(this.#clients[step.client]);
        this.#ask(
          name,
          'commit',
          group,
          `member=${memberId} generation=${generation} t/${step.partition}=${host.nowMs}`,
        );
        break;
      }
      case 'simpleCommit':
        this.#ask('simple', 'commit', step.group, `t/${step.partition}=${host.nowMs}:said`);
        break;
      case 'deleteOffset':
        this.#ask('admin', 'forget', step.group, `t/${step.partition}`);
        break;
      case 'deleteGroup':
        this.#ask('admin', 'delete', step.group, '');
        break;
      case 'settle':
        this.#settle(this.#clients.filter(({ group }) => group === step.group));
        break;
      case 'deleteTopic':
        host.tell({ kind: 'topicsDeleted', names: ['t'] });
        break;
      case 'wait':
        host.wait(step.ms);
        break;
      case 'hold':
        host.commits = false;
        break;
      case 'commitAll':
        this.#commitAll();
        break;
      case 'refuse':
        this.#refuseNext();
        break;
      case 'restart':
        this.#restart();
        break;
      default:
        this.#actAs(must(this.#clients[step.client]), step.kind);
    }
  }

  /** What the log has is what the coordinator says. */
  check(): void {
    const living = this.#host.coordinator;
    const loaded = this.#host.replayed();
    assert.deepEqual(groupsOf(loaded).toSorted(), groupsOf(living).toSorted());
    for (const group of groupIds) {
      assert.deepEqual(offsetsOf(loaded, group), offsetsOf(living, group));
      const now = describe(living, group);
      const then = describe(loaded, group);
      this.#count(now.groupState);
      if (now.groupState === 'Stable') {
        this.#checkGeneration(living, now);
        this.#checkGeneration(loaded, now);
        assert.deepEqual(membersById(then), membersById(now));
      } else if (now.groupState === 'Empty' && !this.#behind.has(group))
        assert.deepEqual(then, now);
      else assert.match(then.groupState, /^(Stable|Empty|Dead)$/);
    }
  }

  /** The generation that was written last is the one that members are in. */
  #checkGeneration(coordinator: GroupCoordinator, { groupId, members }: DescribedGroup): void {
    const generation = must(this.#written.get(groupId));
    for (const { memberId } of members) {
      const words = [groupId, `member=${memberId}`, `generation=${generation}`];
      const { replies } = handle(coordinator, 'heartbeat', words);
      assert.deepEqual(must(replies[0]).response, { errorCode: errorCodes.NONE });
    }
  }

  /** Left alone, everything comes to an end. */
  checkEnd(): void {
    this.#host.refusal = undefined;
    this.#commitAll();
    this.#host.wait(10 * 24 * 3_600_000);
    assert.deepEqual([...this.#host.openRequests], []);
    assert.deepEqual(groupsOf(this.#host.coordinator), []);
    assert.equal(this.#host.deadlines.size, 1, 'only the next look at offsets is left to do');
    this.check();
  }

  #join(client: Client, variant: number): void {
    const { name, group, memberId, instance } = client;
    const how = [
      'topics=t protocols=range',
      'topics=t,u protocols=sticky,range',
      'topics=t protocols=range v=3',
      'topics=t protocols=range,sticky session=6000 rebalance=5000',
    ][variant];
    client.lastRequest = this.#ask(
      name,
      'join',
      group,
      `member=${memberId}${instance} ${how}`,
      client,
    );
  }

  /** All of them do what clients do until they are told what to read. */
  #settle(clients: readonly Client[]): void {
    for (let round = 0; round < 2; round++) {
      for (const client of clients) this.#join(client, 0);
    }
    this.#host.wait(3000);
    for (const client of clients) this.#actAs(client, 'sync');
    for (const client of clients) this.#actAs(client, 'heartbeat');
  }

  #actAs(client: Client, kind: 'sync' | 'heartbeat' | 'leave' | 'forgetId' | 'abandon'): void {
    const { name, group, memberId, generation, instance, members } = client;
    switch (kind) {
      case 'sync': {
        const assign = members.map((id) => `${id}:${generation}`).join(',');
        const words = `member=${memberId} generation=${generation}${instance} assign=${assign} v=4`;
        client.lastRequest = this.#ask(name, 'sync', group, words);
        break;
      }
      case 'heartbeat':
        this.#ask(
          name,
          'heartbeat',
          group,
          `member=${memberId} generation=${generation}${instance}`,
        );
        break;
      case 'leave':
        this.#ask(name, 'leave', group, `members=${memberId}`);
        client.memberId = '';
        break;
      case 'forgetId':
        client.memberId = '';
        break;
      case 'abandon':
        this.#host.abandon(client.lastRequest);
    }
  }

  #ask(name: string, verb: Verb, group: string, words: string, joins?: Client): number {
    const request = parseRequest(name, verb, [
      group,
      ...words.split(' ').filter((word) => word !== ''),
    ]);
    if (joins !== undefined) this.#joins.set(this.#host.nextRequestId, joins);
    return this.#host.ask(request);
  }

  #replied({ requestId, response }: Reply): void {
    const client = this.#joins.get(requestId);
    if (client === undefined) return;
    const { errorCode, memberId, generationId, members } = response as JoinReply;
    client.memberId = errorCode === errorCodes.UNKNOWN_MEMBER_ID ? '' : memberId;
    client.generation = generationId ?? -1;
    client.members = members.map((member) => member.memberId);
  }

  #wrote(record: GroupRecord): void {
    this.#count(record.value === null ? `${record.type} tombstones` : `${record.type} records`);
    if (record.type !== 'groupMetadata') return;
    this.#behind.delete(record.key.group);
    if (record.value !== null) this.#written.set(record.key.group, record.value.generation);
  }

  /** It is not known which group it hits. */
  #refuseNext(): void {
    this.#host.refusal = 'NOT_COORDINATOR';
    for (const group of groupIds) this.#behind.add(group);
  }

  #commitAll(): void {
    this.#host.commits = true;
    this.#host.commit();
  }

  #restart(): void {
    this.#host.restart();
    this.#host.refusal = undefined;
    this.#behind.clear();
    this.#joins.clear();
  }

  #count(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }
}

function handle(
  coordinator: GroupCoordinator,
  verb: Verb,
  words: readonly string[],
): Decision<GroupRecord> {
  const event = { ...parseRequest('check', verb, words), ref: { id: 0 } } as GroupEvent;
  return coordinator.handle(event, 0);
}

function ask(coordinator: GroupCoordinator, verb: Verb, words: readonly string[]): unknown {
  const { replies, records, deadlines } = handle(coordinator, verb, words);
  assert.equal(records.length + deadlines.length, 0, 'who asks changes nothing');
  return must(replies[0]).response;
}

function groupsOf(coordinator: GroupCoordinator): string[] {
  return (ask(coordinator, 'list', []) as { groupId: string }[]).map(({ groupId }) => groupId);
}

function offsetsOf(coordinator: GroupCoordinator, group: string): unknown {
  return ask(coordinator, 'fetch', [group, 'all']);
}

function describe(coordinator: GroupCoordinator, group: string): DescribedGroup {
  return ask(coordinator, 'describe', [group]) as DescribedGroup;
}

/** A static member that came back stands elsewhere in the living group. */
function membersById({ members, ...group }: DescribedGroup): unknown {
  return { ...group, members: members.toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1)) };
}
