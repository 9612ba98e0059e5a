import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alterConfigs } from '../../src/controller/alter-configs.ts';
import { commitDecision } from '../../src/controller/commit-decision.ts';
import { createPartitions } from '../../src/controller/create-partitions.ts';
import { createTopics, stableTopicIds } from '../../src/controller/create-topics.ts';
import { isRefusal } from '../../src/controller/decision.ts';
import type { Decision } from '../../src/controller/decision.ts';
import { deleteTopics } from '../../src/controller/delete-topics.ts';
import { decideProducerIdBlock } from '../../src/controller/producer-ids.ts';
import { ImageFollower } from '../../src/metadata/image-follower.ts';
import { encodeValue, imageKeys } from '../../src/metadata/image-keys.ts';
import type { ClusterImage } from '../../src/metadata/image.ts';
import {
  SimulatedStore,
  quickSimulatedStore,
} from '../../src/metadata/simulated/simulated-store.ts';
import type { SimulatedStoreOptions } from '../../src/metadata/simulated/simulated-store.ts';
import type { MetadataStore } from '../../src/metadata/store.ts';
import { createSimulation } from '../../src/runtime/simulated/simulation.ts';
import { finish } from '../metadata/store-contract.ts';
import { brokerKeys } from '../metadata/broker-keys.ts';
import { drawTopicId, settingsOf, topicOf } from './cluster.ts';
import { seeds } from '../config/property.ts';

/** One who decides over an image of its own and commits: a broker in small. */
interface Actor {
  readonly store: MetadataStore;
  readonly follower: ImageFollower;
}

function createServers(options: Partial<SimulatedStoreOptions>, seed: string) {
  const simulation = createSimulation({ seed });
  const servers = new SimulatedStore(
    { ...quickSimulatedStore, ...options },
    simulation.runtime('store'),
  );
  const actor = async (name: string): Promise<Actor> => {
    const store = servers.client(name);
    const listener = {
      onDelta: () => {},
      onFailure: (error: unknown) => {
        throw error;
      },
    };
    const { timers } = simulation.runtime(name);
    return { store, follower: await ImageFollower.start(listener, { store, timers }) };
  };
  return { simulation, servers, actor };
}

/** A cluster of one broker and its controller, without faults. */
async function quickCluster() {
  const { simulation, servers, actor } = createServers({}, '1');
  const one = await finish(simulation, actor('a'));
  const controller = { key: imageKeys.controller, value: encodeValue({ nodeId: 1 }) };
  await finish(simulation, one.store.commit([], [...brokerKeys(1), controller]));
  await finish(simulation, one.follower.reached(1));
  return { simulation, servers, ...one };
}

/** Decides and commits until nothing comes in between. */
async function run<Result>(
  { store, follower }: Actor,
  decide: (image: ClusterImage) => Decision<Result>,
): Promise<readonly Result[]> {
  for (;;) {
    const decision = decide(follower.image);
    const { outcome, revision } = await commitDecision(decision, { store, image: follower.image });
    await follower.reached(revision);
    if (outcome === 'committed') return decision.results;
  }
}

function creation(name: string, numPartitions: number) {
  const command = {
    topics: [topicOf(name, { numPartitions, replicationFactor: 1 })],
    validateOnly: false,
    topicIdOf: stableTopicIds(drawTopicId),
    placementStart: 0,
  };
  return (image: ClusterImage) => createTopics(image, command, settingsOf());
}

test('a topic of few partitions is one commit', async () => {
  const { simulation, servers, ...actor } = await quickCluster();
  await finish(simulation, run(actor, creation('t', 3)));
  assert.equal(servers.readNow('').revision, 2);
  assert.equal(actor.follower.image.topicsByName.get('t')?.partitions.length, 3);
});

test('a topic of 10,000 partitions is made, grown and deleted, and seen whole or not at all', async () => {
  const { simulation, servers, ...actor } = await quickCluster();
  const sizes = new Set<number | undefined>();
  const watch = servers.client('observer').watch('', 1, {
    onCommit: () => sizes.add(actor.follower.image.topicsByName.get('t')?.partitions.length),
    onCompacted: () => {},
  });
  await finish(simulation, run(actor, creation('t', 10_000)));
  assert.equal(actor.follower.image.topicsByName.get('t')?.partitions.length, 10_000);
  const growth = {
    topics: [{ name: 't', count: 10_300, assignments: null }],
    validateOnly: false,
    placementStart: 0,
  };
  await finish(
    simulation,
    run(actor, (image) => createPartitions(image, growth, settingsOf())),
  );
  const reference = [{ name: 't', topicId: null }];
  await finish(
    simulation,
    run(actor, (image) => deleteTopics(image, reference, settingsOf())),
  );
  await simulation.runFor(1000);
  watch.close();
  assert.deepEqual(sizes, new Set([undefined, 10_000, 10_300]));
  const { entries } = servers.readNow('odradek/');
  assert.deepEqual(
    entries.map(({ key }) => key),
    [imageKeys.broker(1), imageKeys.controller, imageKeys.live(1)],
  );
});

test('who is no longer the elected controller changes nothing', async () => {
  const { simulation, servers, store, follower } = await quickCluster();
  const decision = creation('t', 300)(follower.image);
  const { revision, controllerRevision } = follower.image;
  const other = { key: imageKeys.controller, value: encodeValue({ nodeId: 2 }) };
  await finish(simulation, servers.client('b').commit([], [other]));
  const modules = { store, image: { revision, controllerRevision } };
  const outcome = await finish(simulation, commitDecision(decision, modules));
  assert.equal(outcome.outcome, 'conflict');
  assert.equal(servers.readNow('odradek/partition/').entries.length, 0);
});

test('configs of a topic that was deleted and made anew in between are not those of the new one', async () => {
  const { simulation, servers, ...actor } = await quickCluster();
  await finish(simulation, run(actor, creation('t', 1)));
  const operations = [{ operation: 'SET' as const, key: 'retention.ms', value: '5' }];
  const command = {
    resources: [{ scope: 'topic' as const, name: 't', operations }],
    validateOnly: false,
  };
  const stale = alterConfigs(actor.follower.image, command, settingsOf());
  const reference = [{ name: 't', topicId: null }];
  await finish(
    simulation,
    run(actor, (image) => deleteTopics(image, reference, settingsOf())),
  );
  const modules = { store: actor.store, image: actor.follower.image };
  assert.equal((await finish(simulation, commitDecision(stale, modules))).outcome, 'conflict');
  assert.equal(servers.readNow('odradek/topic-config/').entries.length, 0);
});

for (const seed of seeds) {
  test(`no producer id is given twice, whatever becomes of the commits (ODRADEK_SEED=${seed})`, async () => {
    const faults = { delayMsMax: 30, watchDelayMsMax: 60, unknownPercent: 40, timeoutMs: 100 };
    const { simulation, actor } = createServers(faults, String(seed));
    const blocks: number[] = [];
    const takeMany = async (name: string): Promise<void> => {
      const one = await actor(name);
      for (let i = 0; i < 25; i++) {
        const [block] = await run(one, decideProducerIdBlock);
        assert.ok(block !== undefined && block.count === 1000);
        blocks.push(block.firstProducerId);
      }
      one.follower.close();
    };
    await finish(simulation, Promise.all(['a', 'b', 'c'].map(takeMany)));
    assert.equal(new Set(blocks).size, 75);
    assert.ok(blocks.every((first) => first % 1000 === 0));
  });

  test(`of a name that many create at once one topic comes, and its maker is told so (ODRADEK_SEED=${seed})`, async () => {
    const faults = { delayMsMax: 30, watchDelayMsMax: 60, unknownPercent: 40, timeoutMs: 100 };
    const { simulation, servers, actor } = createServers(faults, String(seed));
    for (;;) {
      const { outcome } = await finish(
        simulation,
        servers.client('setup').commit([], brokerKeys(1)),
      );
      if (outcome === 'committed') break;
    }
    const made = new Map<string, number>();
    const createAll = async (name: string): Promise<void> => {
      const one = await actor(name);
      for (let i = 0; i < 8; i++) {
        const [result] = await run(one, creation(`t${i}`, 2));
        assert.ok(result !== undefined);
        if (!isRefusal(result)) made.set(result.name, (made.get(result.name) ?? 0) + 1);
        else assert.equal(result.error, 'TOPIC_ALREADY_EXISTS');
      }
      one.follower.close();
    };
    await finish(simulation, Promise.all(['a', 'b', 'c'].map(createAll)));
    assert.deepEqual(
      [...made.keys()].toSorted(),
      Array.from({ length: 8 }, (_, i) => `t${i}`),
    );
    assert.ok([...made.values()].every((count) => count === 1));
  });
}
