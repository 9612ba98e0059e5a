import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  consumerGroupHeartbeatRequest,
  consumerGroupHeartbeatResponse,
} from '../../src/protocol/messages/consumer-group-heartbeat.ts';
import {
  deleteTopicsRequest,
  deleteTopicsResponse,
} from '../../src/protocol/messages/delete-topics.ts';
import { heartbeatRequest, heartbeatResponse } from '../../src/protocol/messages/heartbeat.ts';
import {
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
} from '../../src/protocol/messages/incremental-alter-configs.ts';
import { joinGroupRequest, joinGroupResponse } from '../../src/protocol/messages/join-group.ts';
import { leaveGroupRequest, leaveGroupResponse } from '../../src/protocol/messages/leave-group.ts';
import {
  offsetCommitRequest,
  offsetCommitResponse,
} from '../../src/protocol/messages/offset-commit.ts';
import { metadataRequest, metadataResponse } from '../../src/protocol/messages/metadata.ts';
import { errorCodes } from '../../src/protocol/error-codes.ts';
import { must } from '../../src/util/assert.ts';
import {
  commit,
  committed,
  findCoordinator,
  join,
  joinBody,
  newMember,
  sync,
} from './group-calls.ts';
import { readResponse, requestFrame } from './raw-connection.ts';
import { SimulatedBroker, type SimulatedPeer } from './simulated-broker.ts';

const offsetsTopic = '__consumer_offsets';

function offsetsDirectories(broker: SimulatedBroker): string[] {
  const { files } = broker.simulation.runtime('broker');
  return files.list('/data').filter((name) => name.startsWith(offsetsTopic));
}

describe('the topic of committed offsets', () => {
  it('is made for the first who looks for a coordinator, who waits for it', async () => {
    const broker = await SimulatedBroker.start({
      config: { 'offsets.topic.num.partitions': 5, 'offsets.topic.segment.bytes': 2_000_000 },
    });
    assert.equal(broker.running.metadata.image.topicsByName.has(offsetsTopic), false);
    const peer = await broker.connect();
    const other = await broker.connect('other');
    await Promise.all([findCoordinator(peer, 'g'), findCoordinator(other, 'h')]);
    const topic = must(broker.running.metadata.image.topicsByName.get(offsetsTopic));
    assert.equal(topic.partitions.length, 5);
    assert.deepEqual(topic.partitions[0]?.replicas, [1], 'no more replicas than brokers');
    assert.deepEqual(Object.fromEntries(topic.config.values), {
      'cleanup.policy': 'compact',
      'compression.type': 'producer',
      'segment.bytes': '2000000',
    });
    const { topics } = await peer.call(metadataRequest, metadataResponse, 9, {
      topics: [{ name: offsetsTopic }],
    });
    assert.equal(topics[0]?.isInternal, true);
    await broker.complete(broker.running.stop());
  });

  it('is made for the first who asks for its metadata, where topics may be made', async () => {
    for (const [brokerAllows, clientAllows] of [
      [true, true],
      [true, false],
      [false, true],
    ] as const) {
      const broker = await SimulatedBroker.start({
        config: { 'auto.create.topics.enable': brokerAllows, 'offsets.topic.num.partitions': 5 },
      });
      const peer = await broker.connect();
      const { topics } = await peer.call(metadataRequest, metadataResponse, 9, {
        topics: [{ name: offsetsTopic }, { name: 'orders' }],
        allowAutoTopicCreation: clientAllows,
      });
      const isMade = brokerAllows && clientAllows;
      const errorCode = isMade ? 0 : errorCodes.UNKNOWN_TOPIC_OR_PARTITION;
      const answered = topics.map((topic) => ({
        errorCode: topic.errorCode,
        isInternal: topic.isInternal,
        partitionCount: topic.partitions.length,
      }));
      assert.deepEqual(answered, [
        { errorCode, isInternal: true, partitionCount: isMade ? 5 : 0 },
        { errorCode, isInternal: false, partitionCount: isMade ? 1 : 0 },
      ]);
      const topic = broker.running.metadata.image.topicsByName.get(offsetsTopic);
      assert.equal(topic?.config.values.get('cleanup.policy'), isMade ? 'compact' : undefined);
      await broker.complete(broker.running.stop());
    }
  });

  it('has no files of a partition before its first record', async () => {
    const broker = await SimulatedBroker.start();
    await broker.createTopic('orders');
    const peer = await broker.connect();
    await findCoordinator(peer, 'readers');
    assert.deepEqual(offsetsDirectories(broker), []);
    assert.equal(await commit(peer, 'readers', 'orders', 5), 0);
    assert.deepEqual(offsetsDirectories(broker), ['__consumer_offsets-28']);
    await broker.restart();
    const again = await broker.connect();
    assert.equal(await committed(again, 'readers', 'orders'), 5);
    assert.equal(await commit(again, 'g', 'orders', 6), 0);
    assert.deepEqual(offsetsDirectories(broker), ['__consumer_offsets-28', '__consumer_offsets-3']);
    await broker.complete(broker.running.stop());
  });

  it('before it is there, no group has a coordinator', async () => {
    const broker = await SimulatedBroker.start();
    const peer = await broker.connect();
    assert.deepEqual(await committed(peer, 'g', 'orders'), {
      errorCode: errorCodes.NOT_COORDINATOR,
    });
    await broker.complete(broker.running.stop());
  });
});

describe('committed offsets', () => {
  it('survive an orderly restart and a crash', async () => {
    const broker = await SimulatedBroker.start({ config: { 'offsets.topic.num.partitions': 3 } });
    await broker.createTopic('orders', { partitions: 2 });
    const groups = ['a', 'b', 'c', 'd'];
    const peer = await broker.connect();
    await findCoordinator(peer, 'a');
    for (const [i, group] of groups.entries()) {
      assert.equal(await commit(peer, group, 'orders', i, 0), 0);
      assert.equal(await commit(peer, group, 'orders', 10 + i, 1), 0);
      assert.equal(await commit(peer, group, 'orders', 20 + i, 1), 0);
    }
    await broker.restart();
    const again = await broker.connect();
    for (const [i, group] of groups.entries()) {
      assert.equal(await committed(again, group, 'orders', 0), i);
      assert.equal(await committed(again, group, 'orders', 1), 20 + i);
    }
    await broker.complete(broker.running.stop());
  });

  it('of one client are taken in their order, without waiting for those before to be written', async () => {
    const broker = await SimulatedBroker.start();
    await broker.createTopic('orders');
    const peer = await broker.connect();
    await findCoordinator(peer, 'g');
    const commits = [1, 2, 3].map((committedOffset) =>
      requestFrame(offsetCommitRequest, 8, committedOffset, {
        groupId: 'g',
        topics: [
          {
            name: 'orders',
            partitions: [{ partitionIndex: 0, committedOffset, committedMetadata: '' }],
          },
        ],
      }),
    );
    assert.equal(await commit(peer, 'g', 'orders', 0), 0);
    const writes = (): number =>
      broker.simulation.traceText().match(/ write \/data\/__consumer_offsets/g)?.length ?? 0;
    const writesBefore = writes();
    const before = peer.frames.length;
    peer.write(...commits);
    await peer.receive(before + commits.length);
    const answers = peer.frames.slice(before);
    assert.deepEqual(
      answers.map(({ correlationId }) => correlationId),
      [1, 2, 3],
    );
    for (const { frame } of answers) {
      const { topics } = readResponse(offsetCommitResponse, 8, frame);
      assert.equal(topics[0]?.partitions[0]?.errorCode, 0);
    }
    assert.equal(writes() - writesBefore, 1, 'what comes together is written together');
    assert.equal(await committed(peer, 'g', 'orders'), 3);
    await broker.complete(broker.running.stop());
  });

  it('go with their topic', async () => {
    const broker = await SimulatedBroker.start();
    await broker.createTopic('orders');
    const peer = await broker.connect();
    await findCoordinator(peer, 'g');
    await commit(peer, 'g', 'orders', 5);
    await peer.call(deleteTopicsRequest, deleteTopicsResponse, 5, {
      topicNames: ['orders'],
      timeoutMs: 30_000,
    });
    await broker.simulation.runFor(50);
    assert.equal(await committed(peer, 'g', 'orders'), -1);
    await broker.createTopic('orders');
    assert.equal(await committed(peer, 'g', 'orders'), -1);
    await broker.complete(broker.running.stop());
  });
});

/** A heartbeat of the one member of `g`, by KIP-848; answers error, epoch and interval. */
async function beat(peer: SimulatedPeer, memberEpoch: number): Promise<number[]> {
  const joining = { rebalanceTimeoutMs: 60_000, subscribedTopicNames: ['orders'] };
  const told = await peer.call(consumerGroupHeartbeatRequest, consumerGroupHeartbeatResponse, 1, {
    groupId: 'g',
    memberId: 'm',
    memberEpoch,
    ...(memberEpoch === 0 ? { ...joining, topicPartitions: [] } : {}),
  });
  return [told.errorCode, told.memberEpoch, told.heartbeatIntervalMs];
}

async function setOfGroup(
  peer: SimulatedPeer,
  resourceName: string,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  const configs = Object.entries(values).map(([name, value]) => ({
    name,
    configOperation: 0,
    value,
  }));
  const resources = [{ resourceType: 32, resourceName, configs }];
  const { responses } = await peer.call(
    incrementalAlterConfigsRequest,
    incrementalAlterConfigsResponse,
    1,
    { resources, validateOnly: false },
  );
  assert.equal(responses[0]?.errorCode, 0);
}

describe('groups on the wire', () => {
  it('a group of one is stable at once, and goes on after a restart of the broker', async () => {
    const broker = await SimulatedBroker.start({
      config: { 'group.initial.rebalance.delay.ms': 0 },
    });
    const peer = await broker.connect();
    await findCoordinator(peer, 'g');
    const memberId = await newMember(peer, 'g');
    const joined = await join(peer, 'g', memberId);
    assert.equal(joined.errorCode, 0);
    assert.equal(await sync(peer, 'g', joined), 0);
    await broker.restart();
    const again = await broker.connect();
    const heartbeat = { groupId: 'g', generationId: joined.generationId, memberId };
    const { errorCode } = await again.call(heartbeatRequest, heartbeatResponse, 3, heartbeat);
    assert.equal(errorCode, 0);
    await broker.complete(broker.running.stop());
  });

  it('go by what is set for a group from the next heartbeat on, also after a restart', async () => {
    const minutes = { 'group.consumer.max.session.timeout.ms': 600_000 };
    const broker = await SimulatedBroker.start({ config: minutes });
    await broker.createTopic('orders');
    let peer = await broker.connect();
    await findCoordinator(peer, 'g');
    assert.deepEqual(await beat(peer, 0), [0, 2, 5000]);
    await setOfGroup(peer, 'g', {
      'consumer.heartbeat.interval.ms': '15000',
      'consumer.session.timeout.ms': '300000',
    });
    assert.deepEqual(await beat(peer, 2), [0, 2, 15_000]);
    await broker.simulation.runFor(299_000);
    assert.deepEqual(await beat(peer, 2), [0, 2, 15_000]);
    await broker.restart();
    peer = await broker.connect();
    assert.deepEqual(await beat(peer, 2), [0, 2, 15_000]);
    await broker.simulation.runFor(301_000);
    assert.deepEqual(await beat(peer, 2), [errorCodes.UNKNOWN_MEMBER_ID, 0, 0]);
    await broker.complete(broker.running.stop());
  });

  it('why members join again and leave is logged', async () => {
    const broker = await SimulatedBroker.start();
    const peer = await broker.connect();
    await findCoordinator(peer, 'g');
    const why = { reason: 'the topics are others'.padEnd(300, '.') };
    const joining = { ...joinBody('g', 'nobody'), ...why };
    await peer.call(joinGroupRequest, joinGroupResponse, 8, joining);
    await peer.call(joinGroupRequest, joinGroupResponse, 8, joinBody('g', 'nobody'));
    const members = [{ memberId: 'nobody', reason: 'it stops' }, { memberId: 'other' }];
    await peer.call(leaveGroupRequest, leaveGroupResponse, 5, { groupId: 'g', members });
    const who = { groupId: 'g', memberId: 'nobody' };
    const joins = { level: 'debug', event: 'a member joins again' };
    const leaves = { level: 'debug', event: 'a member leaves' };
    assert.deepEqual(
      broker.log.filter(({ event }) => event.startsWith('a member')),
      [
        { ...joins, fields: { ...who, reason: why.reason.slice(0, 255) } },
        { ...leaves, fields: { ...who, reason: 'it stops' } },
      ],
    );
    await broker.complete(broker.running.stop());
  });

  it('who waits in JoinGroup and hangs up leaves nothing waiting behind', async () => {
    const broker = await SimulatedBroker.start();
    const peer = await broker.connect();
    await findCoordinator(peer, 'g');
    const memberId = await newMember(peer, 'g');
    peer.write(requestFrame(joinGroupRequest, 5, 7, joinBody('g', memberId)));
    await broker.simulation.run(() => broker.running.groups.waitingRequests === 1);
    peer.close();
    await broker.simulation.run(() => broker.running.groups.waitingRequests === 0);
    const other = await broker.connect('other');
    const joined = await join(other, 'g', await newMember(other, 'g'));
    assert.equal(joined.errorCode, 0);
    await broker.complete(broker.running.stop());
    assert.equal(broker.running.timersWaiting, 0);
  });

  it('a stop does not wait for those who are parked, and tells them', async () => {
    const broker = await SimulatedBroker.start({
      config: { 'group.initial.rebalance.delay.ms': 60_000 },
    });
    const peer = await broker.connect();
    await findCoordinator(peer, 'g');
    const memberId = await newMember(peer, 'g');
    peer.write(requestFrame(joinGroupRequest, 5, 7, joinBody('g', memberId)));
    await broker.simulation.run(() => broker.running.groups.waitingRequests === 1);
    const startedMs = broker.simulation.elapsedMs;
    await broker.complete(broker.running.stop());
    assert.ok(broker.simulation.elapsedMs - startedMs < 100);
    await peer.closed();
    const { errorCode } = readResponse(joinGroupResponse, 5, must(peer.frames.at(-1)).frame);
    assert.equal(errorCode, errorCodes.COORDINATOR_NOT_AVAILABLE);
  });

  it('a full disk refuses commits and loses none, and groups go on when there is room', async () => {
    const broker = await SimulatedBroker.start();
    await broker.createTopic('orders');
    const peer = await broker.connect();
    await findCoordinator(peer, 'g');
    assert.equal(await commit(peer, 'g', 'orders', 5), 0);
    const disk = broker.simulation.disk('broker');
    disk.setCapacity(0);
    assert.equal(await commit(peer, 'g', 'orders', 6), errorCodes.NOT_COORDINATOR);
    await broker.simulation.runFor(1000);
    assert.equal(await committed(peer, 'g', 'orders'), 5);
    disk.setCapacity(Infinity);
    assert.equal(await commit(peer, 'g', 'orders', 7), 0);
    assert.equal(await committed(peer, 'g', 'orders'), 7);
    await broker.complete(broker.running.stop());
  });

  it('a lost log directory sends groups away, and stops nobody else', async () => {
    const broker = await SimulatedBroker.start({ directories: ['/data', '/more'] });
    await broker.createTopic('orders');
    const peer = await broker.connect();
    await findCoordinator(peer, 'g');
    await commit(peer, 'g', 'orders', 5);
    const log = must(broker.running.partitions.get(offsetsTopic, 3)).log;
    const { path } = broker.running.logManager.directoryOf(log);
    broker.simulation.disk('broker').inject({ path, code: 'IO_ERROR', times: Infinity });
    assert.equal(await commit(peer, 'g', 'orders', 6), errorCodes.NOT_COORDINATOR);
    await broker.simulation.runFor(1000);
    assert.deepEqual(await committed(peer, 'g', 'orders'), {
      errorCode: errorCodes.NOT_COORDINATOR,
    });
    await broker.complete(broker.running.stop());
  });
});
