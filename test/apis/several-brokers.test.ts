/**
 * Goal: what a broker tells of a cluster of several, and changes in it. Method: the APIs that need nothing but
 * the image are asked over one that was made up, in the bytes of their versions.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metadataApi } from '../../src/apis/03-metadata.ts';
import { describeConfigsApi } from '../../src/apis/32-describe-configs.ts';
import { electLeadersApi } from '../../src/apis/43-elect-leaders.ts';
import { alterPartitionReassignmentsApi } from '../../src/apis/45-alter-partition-reassignments.ts';
import { listPartitionReassignmentsApi } from '../../src/apis/46-list-partition-reassignments.ts';
import { describeQuorumApi } from '../../src/apis/55-describe-quorum.ts';
import { describeClusterApi } from '../../src/apis/60-describe-cluster.ts';
import { unregisterBrokerApi } from '../../src/apis/64-unregister-broker.ts';
import { describeTopicPartitionsApi } from '../../src/apis/75-describe-topic-partitions.ts';
import { encodeValue, imageKeys } from '../../src/metadata/image-keys.ts';
import { LiveImage } from '../../src/metadata/live-image.ts';
import { errorCodes, errorName } from '../../src/protocol/error-codes.ts';
import {
  alterPartitionReassignmentsRequest,
  alterPartitionReassignmentsResponse,
} from '../../src/protocol/messages/alter-partition-reassignments.ts';
import {
  describeClusterRequest,
  describeClusterResponse,
} from '../../src/protocol/messages/describe-cluster.ts';
import {
  describeConfigsRequest,
  describeConfigsResponse,
} from '../../src/protocol/messages/describe-configs.ts';
import {
  describeQuorumRequest,
  describeQuorumResponse,
} from '../../src/protocol/messages/describe-quorum.ts';
import {
  describeTopicPartitionsRequest,
  describeTopicPartitionsResponse,
} from '../../src/protocol/messages/describe-topic-partitions.ts';
import {
  electLeadersRequest,
  electLeadersResponse,
} from '../../src/protocol/messages/elect-leaders.ts';
import {
  listPartitionReassignmentsRequest,
  listPartitionReassignmentsResponse,
} from '../../src/protocol/messages/list-partition-reassignments.ts';
import { metadataRequest, metadataResponse } from '../../src/protocol/messages/metadata.ts';
import {
  unregisterBrokerRequest,
  unregisterBrokerResponse,
} from '../../src/protocol/messages/unregister-broker.ts';
import { addTopic, partitionIn } from '../controller/partitions.ts';
import { brokerKeys } from '../metadata/broker-keys.ts';
import { callApi } from './call-api.ts';

const metadata = { api: metadataApi, request: metadataRequest, response: metadataResponse };
const describeCluster = {
  api: describeClusterApi,
  request: describeClusterRequest,
  response: describeClusterResponse,
};
const describePartitions = {
  api: describeTopicPartitionsApi,
  request: describeTopicPartitionsRequest,
  response: describeTopicPartitionsResponse,
};
const describeConfigs = {
  api: describeConfigsApi,
  request: describeConfigsRequest,
  response: describeConfigsResponse,
};
const electLeaders = {
  api: electLeadersApi,
  request: electLeadersRequest,
  response: electLeadersResponse,
};
const reassign = {
  api: alterPartitionReassignmentsApi,
  request: alterPartitionReassignmentsRequest,
  response: alterPartitionReassignmentsResponse,
};
const listReassignments = {
  api: listPartitionReassignmentsApi,
  request: listPartitionReassignmentsRequest,
  response: listPartitionReassignmentsResponse,
};
const describeQuorum = {
  api: describeQuorumApi,
  request: describeQuorumRequest,
  response: describeQuorumResponse,
};
const unregister = {
  api: unregisterBrokerApi,
  request: unregisterBrokerRequest,
  response: unregisterBrokerResponse,
};

/** Brokers 1 to 3, of which 3 has died and 2 is the controller. */
function clusterOfThree(): LiveImage {
  const image = new LiveImage();
  const listenersAt = (port: number) => [
    { name: 'PLAINTEXT', securityProtocol: 'PLAINTEXT', host: '127.0.0.1', port },
  ];
  const directoryOf = (id: number): string => `${id}`.padStart(21, 'x') + 'A';
  image.apply(1, [
    ...[1, 2, 3].flatMap((id) =>
      brokerKeys(id, {
        rack: `r${id}`,
        listeners: listenersAt(9000 + id),
        directoryIds: [directoryOf(id)],
        live: id !== 3,
      }),
    ),
    { key: imageKeys.controller, value: encodeValue({ nodeId: 2, epoch: 4 }) },
  ]);
  return image;
}

test('Metadata shows the brokers that serve, and no leader that does not', async () => {
  const image = clusterOfThree();
  addTopic(image, 't', [
    { replicas: [1, 2, 3], isr: [1, 2] },
    { replicas: [3, 1], leader: 3 },
  ]);
  for (const version of [1, 9, 13]) {
    const answer = await callApi(metadata, version, { topics: null }, image);
    assert.deepEqual(
      answer.brokers.map(({ nodeId, port, rack }) => [nodeId, port, rack]),
      [
        [1, 9001, 'r1'],
        [2, 9002, 'r2'],
      ],
    );
    assert.equal(answer.controllerId, 2);
    const [led, leaderless] = answer.topics[0]?.partitions ?? [];
    assert.deepEqual([led?.leaderId, led?.replicaNodes, led?.isrNodes], [1, [1, 2, 3], [1, 2]]);
    if (version >= 5) assert.deepEqual(led?.offlineReplicas, [3]);
    assert.deepEqual(
      [leaderless?.leaderId, leaderless?.errorCode],
      [-1, errorCodes.LEADER_NOT_AVAILABLE],
    );
  }
});

test('Metadata shows brokers that are fenced where all are, lest clients know nobody to ask again', async () => {
  const image = clusterOfThree();
  image.apply(
    2,
    [1, 2].map((id) => ({ key: imageKeys.live(id), value: null })),
  );
  addTopic(image, 't', [{ replicas: [1, 2, 3], leader: 1 }]);
  const answer = await callApi(metadata, 13, { topics: null }, image);
  assert.deepEqual(
    answer.brokers.map(({ nodeId, port }) => [nodeId, port]),
    [
      [1, 9001],
      [2, 9002],
      [3, 9003],
    ],
  );
  assert.equal(answer.topics[0]?.partitions[0]?.leaderId, -1);
});

test('DescribeTopicPartitions shows who is eligible, and no leader that does not serve', async () => {
  const image = clusterOfThree();
  addTopic(image, 't', [
    { replicas: [1, 3], isr: [1], elr: [3] },
    { replicas: [3], isr: [], elr: [], leader: -1, lastKnownElr: [3] },
    { replicas: [3, 1], leader: 3 },
  ]);
  const question = { topics: [], responsePartitionLimit: 100, cursor: null };
  const { topics } = await callApi(describePartitions, 0, question, image);
  assert.deepEqual(
    topics[0]?.partitions.map((partition) => [
      partition.leaderId,
      partition.eligibleLeaderReplicas,
      partition.lastKnownElr,
      partition.offlineReplicas,
    ]),
    [
      [1, [3], [], [3]],
      [-1, [], [3], [3]],
      [-1, [], [], [3]],
    ],
  );
});

test('DescribeCluster v2 shows fenced brokers to who asks for them', async () => {
  const image = clusterOfThree();
  const idsOf = async (version: number, includeFencedBrokers: boolean) => {
    const question = {
      includeClusterAuthorizedOperations: false,
      ...(version >= 2 ? { includeFencedBrokers } : {}),
    };
    const { brokers, controllerId } = await callApi(describeCluster, version, question, image);
    assert.equal(controllerId, 2);
    return brokers.map(({ brokerId, isFenced }) => (isFenced ? `${brokerId} fenced` : brokerId));
  };
  assert.deepEqual(await idsOf(1, false), [1, 2]);
  assert.deepEqual(await idsOf(2, false), [1, 2]);
  assert.deepEqual(await idsOf(2, true), [1, 2, '3 fenced']);
});

test('a broker that is cut off names others in its place, so that clients go to them', async () => {
  const image = clusterOfThree();
  addTopic(image, 't', [
    { replicas: [1, 2], isr: [1, 2] },
    { replicas: [1, 3], isr: [1, 3] },
    { replicas: [2, 1], isr: [2, 1] },
  ]);
  const cutOff = { mayLead: () => false };
  for (const version of [1, 6, 12, 13]) {
    const answer = await callApi(metadata, version, { topics: null }, image, cutOff);
    // Itself too: where all are cut off, each would be forgotten by turns.
    assert.deepEqual(
      [answer.brokers.map(({ nodeId }) => nodeId), answer.controllerId],
      [[1, 2], 2],
    );
    const partitions = answer.topics[0]?.partitions ?? [];
    assert.deepEqual(
      partitions.map(({ errorCode, leaderId }) => [errorName(errorCode), leaderId]),
      [
        ['NONE', 2],
        ['LEADER_NOT_AVAILABLE', -1],
        ['NONE', 2],
      ],
    );
  }
  const question = { topics: [], responsePartitionLimit: 100, cursor: null };
  const { topics } = await callApi(describePartitions, 0, question, image, cutOff);
  const leaders = topics[0]?.partitions.map(({ leaderId }) => leaderId);
  assert.deepEqual(leaders, [-1, -1, 2]);
  const { brokers } = await callApi(
    describeCluster,
    1,
    { includeClusterAuthorizedOperations: false },
    image,
    cutOff,
  );
  assert.deepEqual(
    brokers.map(({ brokerId }) => brokerId),
    [2],
  );
});

test('a broker that is cut off and knows of no other names itself, and is asked again', async () => {
  const image = new LiveImage();
  image.apply(1, [
    ...brokerKeys(1, {
      listeners: [{ name: 'PLAINTEXT', securityProtocol: 'PLAINTEXT', host: 'h', port: 1 }],
      live: true,
    }),
    { key: imageKeys.controller, value: encodeValue({ nodeId: 1, epoch: 4 }) },
  ]);
  const cutOff = { mayLead: () => false };
  const answer = await callApi(metadata, 12, { topics: null }, image, cutOff);
  assert.deepEqual([answer.brokers.map(({ nodeId }) => nodeId), answer.controllerId], [[1], -1]);
});

test('DescribeConfigs tells what acts for a topic of three replicas, and for one that is made now', async () => {
  const image = clusterOfThree();
  addTopic(image, 'two', [{ replicas: [1, 2] }]);
  addTopic(image, 'three', [{ replicas: [1, 2, 3] }]);
  addTopic(image, 'growing', [{ replicas: [1, 2, 3], isr: [1], addingReplicas: [2, 3] }]);
  const keys = ['min.insync.replicas', 'default.replication.factor'];
  const names = ['two', 'three', 'growing'];
  const question = {
    resources: [
      ...names.map((resourceName) => ({ resourceType: 2, resourceName, configurationKeys: keys })),
      { resourceType: 4, resourceName: '1', configurationKeys: keys },
    ],
    includeSynonyms: false,
    includeDocumentation: false,
  };
  const { results } = await callApi(describeConfigs, 4, question, image);
  assert.deepEqual(
    results.map(({ configs }) =>
      configs.map(({ name, value, configSource }) => `${name}=${value} ${configSource}`),
    ),
    [
      ['min.insync.replicas=1 5'],
      ['min.insync.replicas=2 5'],
      ['min.insync.replicas=1 5'],
      ['default.replication.factor=3 5', 'min.insync.replicas=2 5'],
    ],
  );
});

test('a partition moves, is listed while it does, and goes back', async () => {
  const image = clusterOfThree();
  addTopic(image, 't', [{ replicas: [1] }, { replicas: [2] }]);
  const alter = (replicas: number[] | null) =>
    callApi(
      reassign,
      1,
      { topics: [{ name: 't', partitions: [{ partitionIndex: 0, replicas }] }] },
      image,
    );
  const list = () => callApi(listReassignments, 0, { topics: null }, image);
  assert.deepEqual((await alter([2])).responses, [
    { name: 't', partitions: [{ partitionIndex: 0, errorCode: 0, errorMessage: null }] },
  ]);
  const moving = {
    partitionIndex: 0,
    replicas: [2, 1],
    addingReplicas: [2],
    removingReplicas: [1],
  };
  assert.deepEqual((await list()).topics, [{ name: 't', partitions: [moving] }]);
  const asked = { topics: [{ name: 't', partitionIndexes: [1, 0, 7] }] };
  const { topics } = await callApi(listReassignments, 0, asked, image);
  assert.deepEqual(topics, [{ name: 't', partitions: [moving] }]);
  await alter(null);
  assert.deepEqual((await list()).topics, []);
  assert.deepEqual(partitionIn(image, 't').replicas, [1]);
});

test('the preferred leader is elected, and what already has it is not answered where all are asked', async () => {
  const image = clusterOfThree();
  addTopic(image, 't', [{ replicas: [1, 2], leader: 2 }, { replicas: [2, 1] }]);
  const question = { topicPartitions: null };
  const { replicaElectionResults } = await callApi(electLeaders, 2, question, image);
  assert.deepEqual(replicaElectionResults, [
    { topic: 't', partitionResult: [{ partitionId: 0, errorCode: 0, errorMessage: null }] },
  ]);
  assert.equal(partitionIn(image, 't', 0).leader, 1);
});

test('DescribeQuorum shows the controller as leader and every broker as a voter', async () => {
  const image = clusterOfThree();
  const topic = { topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] };
  const { topics, nodes } = await callApi(describeQuorum, 2, { topics: [topic] }, image);
  const [partition] = topics[0]?.partitions ?? [];
  assert.deepEqual([partition?.leaderId, partition?.highWatermark], [2, image.revision]);
  assert.deepEqual(
    partition?.currentVoters.map(({ replicaId, logEndOffset, lastCaughtUpTimestamp }) => [
      replicaId,
      logEndOffset,
      lastCaughtUpTimestamp,
    ]),
    [
      [1, image.revision, 1000],
      [2, image.revision, 1000],
      [3, -1, -1],
    ],
  );
  assert.deepEqual(
    nodes.map(({ nodeId, listeners }) => [nodeId, listeners[0]?.port]),
    [
      [1, 9001],
      [2, 9002],
      [3, 9003],
    ],
  );
});

test('a broker that has died can be forgotten, one that lives cannot', async () => {
  const image = clusterOfThree();
  const refused = await callApi(unregister, 0, { brokerId: 1 }, image);
  assert.equal(refused.errorCode, errorCodes.INVALID_REQUEST);
  const done = await callApi(unregister, 0, { brokerId: 3 }, image);
  assert.deepEqual([done.errorCode, done.errorMessage], [0, null]);
  assert.deepEqual([...image.brokers.keys()], [1, 2]);
});
