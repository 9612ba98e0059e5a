import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { must } from '../../../src/util/assert.ts';
import { whyBroker, whyCluster } from '../../../src/admin/why/why-brokers.ts';
import { whyTopic } from '../../../src/admin/why/why-topic.ts';
import { at1403, brokerFacts, clusterFacts, partitionFacts, topicFacts } from './facts.ts';

const fine = [partitionFacts(0), partitionFacts(1)];

function sentences(whys: readonly { readonly sentence: string }[]): string[] {
  return whys.map(({ sentence }) => sentence);
}

test('of a topic that is as it should be nothing is said', () => {
  deepStrictEqual(whyTopic(topicFacts(fine), clusterFacts()), []);
});

test('no leader because all that were in sync are down: who is to be started, and what an unclean election costs', () => {
  const lost = partitionFacts(1, { leader: -1, isr: [2, 3] });
  const [why] = whyTopic(topicFacts([partitionFacts(0), lost]), clusterFacts([2, 3]));
  strictEqual(why?.sentence, 'orders-1 has no leader because brokers 2 and 3 are down.');
  strictEqual(why.severity, 'stopped');
  strictEqual(why.subject.partition, 1);
  strictEqual(why.sinceMs, at1403);
  deepStrictEqual(why.evidence, [
    'In sync were 2 and 3; eligible to lead were none.',
    'Broker 2 is down since 14:03 UTC.',
    'Broker 3 is down since 14:03 UTC.',
    'Broker 1 has a replica that may lack acknowledged records.',
  ]);
  match(
    must(why.remedy),
    /^Start broker 2 or 3\. If what they had is lost for good, .*unclean\.leader\.election\.enable=true/,
  );
});

test('no leader because an eligible replica is awaited, and nobody else has one', () => {
  const lost = partitionFacts(0, { leader: -1, isr: [], elr: [3], replicas: [3] });
  const [why] = whyTopic(topicFacts([lost]), clusterFacts([3]));
  strictEqual(why?.sentence, 'orders-0 has no leader because broker 3 is down.');
  strictEqual(why.remedy, 'Start broker 3.');
});

test('no leader, and the last known one is awaited', () => {
  const lost = partitionFacts(0, { leader: -1, isr: [], lastKnownElr: [2] });
  const [why] = whyTopic(topicFacts([lost]), clusterFacts([2]));
  strictEqual(why?.sentence, 'orders-0 has no leader because broker 2 is down.');
});

test('no leader though its replicas are up: there is no controller, or one that has not decided yet', () => {
  const topic = topicFacts([partitionFacts(0, { leader: -1 })]);
  deepStrictEqual(sentences(whyTopic(topic, clusterFacts([], { controllerId: -1 }))), [
    'orders-0 has no leader because there is no controller that would elect one.',
  ]);
  deepStrictEqual(sentences(whyTopic(topic, clusterFacts())), [
    'orders-0 has no leader and waits for the controller to elect one.',
  ]);
});

test('partitions of which the same is to be said are named together', () => {
  const lost = { leader: -1, isr: [3] };
  const all = [0, 1, 2, 3].map((index) => partitionFacts(index, lost));
  deepStrictEqual(sentences(whyTopic(topicFacts(all), clusterFacts([3]))), [
    'All 4 partitions of orders have no leader because broker 3 is down.',
  ]);
  deepStrictEqual(sentences(whyTopic(topicFacts([...all, partitionFacts(4)]), clusterFacts([3]))), [
    'orders-0, orders-1, orders-2 and orders-3 have no leader because broker 3 is down.',
  ]);
  const many = Array.from({ length: 100 }, (_, index) => partitionFacts(index, lost));
  deepStrictEqual(
    sentences(whyTopic(topicFacts([...many, partitionFacts(100)]), clusterFacts([3]))),
    ['orders-0, orders-1, orders-2, orders-3 and 96 more have no leader because broker 3 is down.'],
  );
});

test('not writable because 1 of 2 needed replicas is in sync', () => {
  const topic = topicFacts([partitionFacts(0, { isr: [1] }), partitionFacts(1)], {
    minInsyncReplicas: 2,
  });
  const [why] = whyTopic(topic, clusterFacts([2, 3]));
  strictEqual(
    why?.sentence,
    'orders-0 is not writable with acks=all because 1 of 2 needed replicas is in sync.',
  );
  strictEqual(why.severity, 'stopped');
  deepStrictEqual(why.evidence, [
    'min.insync.replicas is 2, and brokers 2 and 3 are down.',
    'Broker 2 is down since 14:03 UTC.',
    'Broker 3 is down since 14:03 UTC.',
  ]);
  match(must(why.remedy), /^Start brokers 2 and 3\./);
});

test('what is asked for is never more than there are replicas', () => {
  const topic = topicFacts([partitionFacts(0, { replicas: [1], isr: [1] })], {
    minInsyncReplicas: 2,
  });
  deepStrictEqual(whyTopic(topic, clusterFacts()), []);
});

test('fewer replicas in sync than there are, because a broker is down or one is behind', () => {
  const topic = topicFacts([partitionFacts(0, { isr: [1, 2], followerLag: { 2: 0, 3: 1204 } })]);
  const [down] = whyTopic(topic, clusterFacts([3]));
  strictEqual(down?.sentence, 'orders-0 has 2 of 3 replicas in sync because broker 3 is down.');
  strictEqual(down.severity, 'at-risk');
  const [slow] = whyTopic(topic, clusterFacts());
  strictEqual(
    slow?.sentence,
    'orders-0 has 2 of 3 replicas in sync because the replica on broker 3 has not caught up.',
  );
  deepStrictEqual(slow.evidence, ['The replica on broker 3 is 1,204 messages behind.']);
});

test('what stops is told before what is at risk', () => {
  const topic = topicFacts([
    partitionFacts(0, { isr: [1, 2] }),
    partitionFacts(1, { leader: -1, isr: [3] }),
  ]);
  deepStrictEqual(
    whyTopic(topic, clusterFacts([3])).map(({ severity }) => severity),
    ['stopped', 'at-risk'],
  );
});

test('a filter that fails on many records is told of, and one that fails on few is not', () => {
  const filtered = (failed: number) =>
    whyTopic(topicFacts(fine, { filter: { evaluated: 1000, failed } }), clusterFacts());
  deepStrictEqual(sentences(filtered(370)), [
    'orders leaves out 370 of 1,000 records because its filter fails on them.',
  ]);
  deepStrictEqual(filtered(10), []);
});

test('there is no controller', () => {
  const [why] = whyCluster(clusterFacts([3], { controllerId: -1 }));
  match(must(why?.sentence), /^The cluster has no controller: nobody elects leaders/);
  deepStrictEqual(why?.evidence, ['Brokers 1 and 2 are up.', 'Broker 3 is down since 14:03 UTC.']);
  deepStrictEqual(whyCluster(clusterFacts()), []);
});

test('a broker is down, fenced or silent', () => {
  const cluster = clusterFacts();
  const down = brokerFacts(2, { state: 'down', stateSinceMs: at1403, reachable: false });
  deepStrictEqual(sentences(whyBroker(down, cluster)), ['Broker 2 is down since 14:03 UTC.']);
  deepStrictEqual(sentences(whyBroker(brokerFacts(2, { state: 'fenced' }), cluster)), [
    'Broker 2 has registered and is not let in.',
  ]);
  deepStrictEqual(sentences(whyBroker(brokerFacts(2, { reachable: false }), cluster)), [
    'Broker 2 is alive and does not tell its figures.',
  ]);
  deepStrictEqual(whyBroker(brokerFacts(2), cluster), []);
});

test('a disk is nearly full, full, or its directory offline', () => {
  const of = (given: object) =>
    whyBroker(
      brokerFacts(1, {
        figures: {
          logDirs: [
            {
              path: '/data',
              online: true,
              usedBytes: 1,
              freeBytes: 50e9,
              totalBytes: 100e9,
              ...given,
            },
          ],
        },
      }),
      clusterFacts(),
    );
  deepStrictEqual(of({}), []);
  deepStrictEqual(of({ freeBytes: null, totalBytes: null }), []);
  const [nearly] = of({ freeBytes: 2.1e9 });
  strictEqual(nearly?.sentence, 'The disk under /data of broker 1 is 97 % full.');
  deepStrictEqual(nearly.evidence, ['2.1 GB of 100 GB are left.']);
  const [full] = of({ freeBytes: 1000 });
  strictEqual(full?.severity, 'stopped');
  ok(full.sentence.startsWith('The disk under /data of broker 1 is full'));
  deepStrictEqual(sentences(of({ online: false })), [
    'The log directory /data of broker 1 is offline.',
  ]);
});
