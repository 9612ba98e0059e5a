/**
 * Goal: whatever members do, each partition has one owner at the most, and a group settles once they behave.
 * Method: members join, leave, stall, crash, come back under their names, lose answers and change what they
 * subscribe to, at random; topics come, grow and go; coordinators are lost, appends are refused. A client
 * reads what it was told until it lets go of it; what it reads counts while the coordinator has it as a
 * member. A coordinator that has read the log alone is compared with the one that runs.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConsumerGroup } from '../../../../src/coordinator/group/consumer/consumer-group.ts';
import type { ConsumerMember } from '../../../../src/coordinator/group/consumer/consumer-member.ts';
import { Prng } from '../../../../src/runtime/simulated/prng.ts';
import { must } from '../../../../src/util/assert.ts';
import { ConsumerHost } from './consumer-host.ts';
import { RandomClassicClient } from './random-classic-client.ts';
import { RandomClient } from './random-client.ts';
import type { Subscription } from './random-client.ts';

const seeds =
  process.env['ODRADEK_SEED'] === undefined
    ? Array.from({ length: 100 }, (_, index) => String(index + 1))
    : [process.env['ODRADEK_SEED']];
const stepsPerSeed = 400;
const groupId = 'g';
const topicNames = ['ipl-1', 'ipl-2', 'news', 'rain', 'ipl-3'];
const subscriptions: readonly Subscription[] = [
  { names: ['ipl-1'], regex: '' },
  { names: ['ipl-1', 'ipl-2', 'news'], regex: '' },
  { names: ['rain', 'news'], regex: '' },
  { names: [], regex: 'ipl.*' },
  { names: [], regex: '.*n.*' },
  { names: ['rain'], regex: 'ipl-[12]' },
  { names: [], regex: '' },
];

const seen = new Map<string, number>();
function count(what: string): void {
  seen.set(what, (seen.get(what) ?? 0) + 1);
}

class RandomGroup {
  readonly #prng: Prng;
  readonly #host: ConsumerHost;
  #clients: RandomClient[] = [];
  #classicClients: RandomClassicClient[] = [];
  /** Names of static members that left for a while or crashed. */
  readonly #freeNames = ['i1', 'i2', 'i3'];
  /** Whether most clients subscribe to the same. */
  readonly #isUniform: boolean;
  #made = 0;

  /** Whether some members use the classic protocol. */
  readonly #isMixed: boolean;

  constructor(seed: string) {
    this.#prng = new Prng(seed);
    this.#isMixed = this.#prng.chance(0.5);
    this.#isUniform = this.#prng.chance(0.5);
    this.#host = new ConsumerHost({
      wrote: ({ type, value }) => count(value === null ? `${type} tombstone` : type),
      repliedLater: ({ requestId, response }) => {
        for (const client of this.#classicClients) client.replied(requestId, response);
      },
    });
    this.#host.groupSettings = {
      sessionTimeoutMs: 10_000,
      heartbeatIntervalMs: 1000,
      unsettledHeartbeatIntervalMs: 1000,
      assignmentIntervalMs: this.#prng.chance(0.5) ? 0 : 1500,
    };
    for (const name of topicNames) this.#host.setTopic(name, 1 + this.#prng.below(5));
  }

  disturb(): void {
    for (let step = 0; step < stepsPerSeed; step++) {
      const kind = this.#host.groups.get(groupId)?.kind;
      this.#disturbOnce();
      const next = this.#host.groups.get(groupId)?.kind;
      if (kind !== undefined && next !== undefined && kind !== next) count(`became ${next}`);
      this.#assertOneOwner();
      if (step % 20 === 0) this.#assertReplayed();
    }
  }

  /** Everybody behaves; after some rounds nothing moves any more. */
  settle(): void {
    this.#host.refusal = undefined;
    for (let round = 0; round < 80; round++) {
      for (const client of this.#clients) {
        client.reconcile();
        client.beat();
      }
      for (const client of this.#classicClients) client.step();
      this.#assertOneOwner();
      this.#host.wait(1000);
    }
    const records = this.#host.log.length;
    for (const client of this.#clients) assert.equal(client.beat(), 'answered');
    for (const client of this.#classicClients) assert.equal(client.step(), 'NONE');
    assert.equal(this.#host.log.length, records, 'nothing is written in a settled group');
    this.#assertSettled();
  }

  #disturbOnce(): void {
    const { topics } = this.#host;
    const client = this.#clients[this.#prng.below(Math.max(this.#clients.length, 1))];
    if (this.#isMixed && this.#prng.chance(0.4)) {
      this.#disturbClassic();
      return;
    }
    switch (this.#prng.below(24)) {
      case 0:
      case 1:
        this.#newClient();
        return;
      case 2:
        if (client !== undefined) this.#goes(client);
        return;
      case 3:
        if (client !== undefined) this.#subscribe(client);
        return;
      case 4: {
        count('topic grew or came');
        const name = must(topicNames[this.#prng.below(topicNames.length)]);
        this.#host.setTopic(name, (topics.byName(name)?.partitionCount ?? 0) + 1);
        return;
      }
      case 5:
        if (this.#prng.chance(0.3)) {
          count('topic went');
          this.#host.deleteTopic(must(topicNames[this.#prng.below(topicNames.length)]));
        }
        return;
      case 6:
        if (this.#prng.chance(0.3)) {
          count('coordinator lost');
          this.#host.restart();
        }
        return;
      case 7:
        count('append refused');
        this.#host.refusal = 'COORDINATOR_NOT_AVAILABLE';
        return;
      case 8:
        this.#host.wait(this.#prng.below(4000));
        return;
      case 9:
        if (this.#prng.chance(0.2)) this.#host.wait(9000);
        return;
      default:
        this.#host.wait(this.#prng.below(500));
        if (client === undefined) return;
        if (this.#prng.chance(0.5)) client.reconcile();
        count(client.beat(this.#prng.chance(0.25)));
    }
  }

  #disturbClassic(): void {
    const clients = this.#classicClients;
    const client = clients[this.#prng.below(Math.max(clients.length, 1))];
    const what = this.#prng.below(12);
    if (what === 0 && clients.length < 4) {
      const topics = this.#isUniform ? ['ipl-1', 'ipl-2', 'news'] : ['rain', 'news'];
      clients.push(new RandomClassicClient(this.#host, groupId, topics));
    } else if (what === 1 && client !== undefined) {
      this.#classicClients = clients.filter((other) => other !== client);
      if (this.#prng.chance(0.6)) client.member.leave();
      else count('crashed');
    } else if (what === 2 && this.#clients.length > 0 && this.#prng.chance(0.3)) {
      // So that groups go back to the classic protocol now and then.
      for (const other of this.#clients) this.#goes(other);
    } else if (client !== undefined) count(`classic ${client.step()}`);
  }

  #newClient(): void {
    if (this.#clients.length > 7) return;
    const isStatic = this.#prng.chance(0.4);
    this.#clients.push(
      new RandomClient(this.#host, {
        groupId,
        memberId: `m${++this.#made}`,
        instanceId: isStatic ? (this.#freeNames.pop() ?? null) : null,
        subscription: this.#subscription(),
      }),
    );
  }

  /** It leaves, leaves for a while, or is heard of no more. */
  #goes(client: RandomClient): void {
    this.#clients = this.#clients.filter((other) => other !== client);
    const { instanceId } = client;
    if (instanceId !== null) this.#freeNames.push(instanceId);
    if (this.#prng.chance(0.3)) count('crashed');
    else if (instanceId === null || this.#prng.chance(0.3)) client.leave(-1);
    else client.leave(-2);
  }

  #subscribe(client: RandomClient): void {
    count('subscription changed');
    client.subscribe(this.#subscription());
  }

  #subscription(): Subscription {
    const index = this.#isUniform && this.#prng.chance(0.8) ? 1 : this.#prng.below(7);
    return must(subscriptions[index]);
  }

  #group(): ConsumerGroup | undefined {
    const group = this.#host.groups.get(groupId);
    return group instanceof ConsumerGroup ? group : undefined;
  }

  #assertOneOwner(): void {
    const group = this.#group();
    if (group === undefined) return;
    const owners = new Map<string, string>();
    for (const member of group.members()) {
      for (const partition of ownedBy(member)) {
        assert.equal(owners.get(partition), undefined, `${partition} has two owners`);
        owners.set(partition, member.memberId);
        const [topicId = '', number] = partition.split('/');
        assert.equal(group.ownerOf(topicId, Number(number)), member.memberId);
      }
    }
    const readers = new Map<string, string>();
    for (const { memberId, holding } of this.#clients) {
      if (group.member(memberId) === undefined) continue;
      for (const partition of holding) {
        assert.equal(readers.get(partition), undefined, `${partition} is read twice`);
        readers.set(partition, memberId);
        assert.equal(owners.get(partition), memberId, 'only the owner reads');
      }
    }
    for (const { member } of this.#classicClients) {
      const known = group.member(member.memberId);
      if (known?.memberEpoch !== member.generationId) continue;
      for (const partition of member.holdingById) {
        assert.equal(readers.get(partition), undefined, `${partition} is read twice`);
        readers.set(partition, member.memberId);
        assert.equal(owners.get(partition), member.memberId, 'only the owner reads');
      }
    }
  }

  #assertReplayed(): void {
    const group = this.#group();
    const groups = this.#host.groups;
    this.#host.replayed();
    const replayed = this.#group();
    this.#host.groups = groups;
    assert.deepEqual(stateOf(replayed), stateOf(group));
  }

  #assertSettled(): void {
    const group = this.#group();
    if (this.#clients.length === 0) {
      if (this.#classicClients.length === 0) return;
      assert.equal(this.#host.groups.get(groupId)?.stateName, 'Stable');
      return;
    }
    assert.ok(group !== undefined, 'members of the consumer protocol have a consumer group');
    assert.equal(group.stateName, 'Stable');
    assert.equal(group.memberCount, this.#clients.length + this.#classicClients.length);
    const read = new Set<string>();
    for (const client of this.#clients) {
      const member: ConsumerMember = must(group.member(client.memberId));
      assert.deepEqual([...client.holding].toSorted(), ownedBy(member).toSorted());
      for (const partition of client.holding) read.add(partition);
    }
    for (const { member } of this.#classicClients) {
      const holding = member.holdingById;
      const known: ConsumerMember = must(group.member(member.memberId));
      assert.deepEqual(holding.toSorted(), ownedBy(known).toSorted());
      for (const partition of holding) read.add(partition);
    }
    assert.deepEqual([...read].toSorted(), this.#allSubscribed().toSorted());
  }

  #allSubscribed(): string[] {
    const partitions = new Set<string>();
    const byClassic = this.#classicClients.map(({ member }) => ({
      names: member.told.topics,
      regex: '',
    }));
    for (const subscription of [
      ...this.#clients.map((client) => client.subscription),
      ...byClassic,
    ]) {
      const pattern = new RegExp(`^(?:${subscription.regex})$`);
      for (const name of this.#host.topics.names()) {
        const matches = subscription.regex !== '' && pattern.test(name);
        if (!matches && !subscription.names.includes(name)) continue;
        const { topicId, partitionCount } = must(this.#host.topics.byName(name));
        for (let i = 0; i < partitionCount; i++) partitions.add(`${topicId}/${i}`);
      }
    }
    return [...partitions];
  }
}

function ownedBy({ assigned, pendingRevocation }: ConsumerMember): string[] {
  return [...assigned, ...pendingRevocation].flatMap(([topicId, ofTopic]) =>
    Array.from(ofTopic.keys(), (partition) => `${topicId}/${partition}`),
  );
}

function stateOf(group: ConsumerGroup | undefined): unknown {
  if (group === undefined) return undefined;
  const members = [...group.members()].toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1));
  return {
    epochs: [group.groupEpoch, group.assignmentEpoch, group.assignmentTimestampMs],
    hash: group.metadataHash,
    members,
    targets: members.map(({ memberId }) => group.target(memberId)),
    regexes: new Map(group.resolvedRegexes()),
    topics: topicNames.map((name) => group.isSubscribedTo(name)),
  };
}

test('random members: one owner for each partition at every moment, and a group that settles', () => {
  for (const seed of seeds) {
    try {
      const group = new RandomGroup(seed);
      group.disturb();
      group.settle();
    } catch (error) {
      throw new Error(`ODRADEK_SEED=${seed} replays this: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
  console.log(`seeds ${seeds[0]} to ${seeds.at(-1)} saw`, Object.fromEntries(seen));
  if (seeds.length === 1) return;
  for (const what of [
    'FENCED_MEMBER_EPOCH',
    'UNKNOWN_MEMBER_ID',
    'UNRELEASED_INSTANCE_ID',
    'consumerGroupRegularExpression',
    'coordinator lost',
    'append refused',
    'crashed',
    'lost',
    'became classic',
    'became consumer',
    'classic REBALANCE_IN_PROGRESS',
  ]) {
    assert.ok((seen.get(what) ?? 0) >= 20, `the seeds saw too few of: ${what}`);
  }
});
