/**
 * Goal: what commands tell of a cluster of several brokers, and how they move partitions about in it. Method:
 * the commands on one host of a simulation, brokers that answer over one image on others; a replica is in sync
 * when the test says so.
 */
import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { brokerDrainCommand } from '../../src/cli/broker-drain.ts';
import { brokerListCommand } from '../../src/cli/broker-list.ts';
import { brokerUnregisterCommand } from '../../src/cli/broker-unregister.ts';
import { clusterDescribeCommand } from '../../src/cli/cluster-describe.ts';
import type { Command } from '../../src/cli/command.ts';
import { parseArguments } from '../../src/cli/parse-arguments.ts';
import { topicDescribeCommand } from '../../src/cli/topic-describe.ts';
import { topicReassignCommand } from '../../src/cli/topic-reassign.ts';
import { addTopic, partitionIn, setPartition } from '../controller/partitions.ts';
import { fakeInput } from './fake-context.ts';
import { ImageCluster } from './image-cluster.ts';

/** Three brokers on racks of their own, and a fourth that has died. */
function clusterOfFour(): Promise<ImageCluster> {
  return ImageCluster.start(
    { id: 1, rack: 'a' },
    { id: 2, rack: 'b' },
    { id: 3, rack: 'c' },
    { id: 4, rack: 'c', live: false },
  );
}

/** Has one more partition where it is to go each time that somebody asks what is on its way. */
function catchUpWhenAsked(cluster: ImageCluster): void {
  cluster.beforeAnswer = (api) => {
    if (api !== 'ListPartitionReassignments') return;
    for (const { name, partitions } of cluster.image.topicsByName.values()) {
      const moving = partitions.find(
        ({ addingReplicas, removingReplicas }) =>
          addingReplicas.length + removingReplicas.length > 0,
      );
      if (moving === undefined) continue;
      cluster.catchUp(name, moving.index);
      return;
    }
  };
}

function replicasOf(cluster: ImageCluster, topic: string): readonly (readonly number[])[] {
  return cluster.image.topicsByName.get(topic)?.partitions.map(({ replicas }) => replicas) ?? [];
}

test('cluster describe shows the brokers, and that all is well', async () => {
  const cluster = await clusterOfFour();
  addTopic(cluster.image, 't', [{ replicas: [1, 2] }, { replicas: [2, 3] }]);
  const { exitCode, out } = await cluster.run(clusterDescribeCommand, '');
  strictEqual(exitCode, 0);
  strictEqual(
    out,
    [
      'Cluster cluster, controller 1, 4 brokers, 1 topic, 2 partitions',
      'All partitions are well.',
      'BROKER  ADDRESS        RACK  STATE               LEADS  REPLICAS  IN SYNC',
      '     1  broker-1:9092  a     serves, controller      1         1        1',
      '     2  broker-2:9092  b     serves                  1         2        2',
      '     3  broker-3:9092  c     serves                  0         1        1',
      '     4  broker-4:9092  c     fenced                  0         0        0',
      '',
    ].join('\n'),
  );
});

test('cluster describe names what is not well, and says it in JSON', async () => {
  const cluster = await clusterOfFour();
  addTopic(cluster.image, 't', [
    { replicas: [4], leader: -1, isr: [], elr: [4] },
    { replicas: [1, 4], isr: [1] },
    { replicas: [1, 2], isr: [1], addingReplicas: [2] },
    { replicas: [9, 1], isr: [1] },
  ]);
  const { out } = await cluster.run(clusterDescribeCommand, '');
  match(out, /^1 partition without a leader: t-0$/m);
  match(out, /^3 partitions with replicas that are not in sync: t-0, t-1, t-3$/m);
  match(out, /^1 partition on the way to other brokers: t-2$/m);
  match(out, /^ +9 {2}- +- +down +0 +1 +0$/m);
  const told = JSON.parse((await cluster.run(clusterDescribeCommand, '--json')).out) as Record<
    string,
    unknown
  >;
  deepStrictEqual(told['withoutLeader'], [{ topic: 't', partition: 0 }]);
  strictEqual((told['lackingInSync'] as unknown[]).length, 3);
});

test('broker list shows who serves, for people and for scripts', async () => {
  const cluster = await clusterOfFour();
  const { out } = await cluster.run(brokerListCommand, '');
  match(out, /^ +4 {2}broker-4:9092 +c +fenced/m);
  strictEqual((await cluster.run(brokerListCommand, '--ids')).out, '1\n2\n3\n');
  const brokers = JSON.parse((await cluster.run(brokerListCommand, '--json')).out) as unknown[];
  strictEqual(brokers.length, 4);
});

test('topic describe says what lacks a leader, is not in sync, or moves', async () => {
  const cluster = await clusterOfFour();
  addTopic(cluster.image, 't', [
    { replicas: [1, 4], isr: [1] },
    { replicas: [3, 1, 2], isr: [1, 2], addingReplicas: [3], removingReplicas: [2] },
    { replicas: [4], isr: [], elr: [4], leader: -1 },
    { replicas: [1, 2] },
  ]);
  const { out } = await cluster.run(topicDescribeCommand, 't');
  const notes = out.split('\n').filter((line) => line.startsWith('Partition '));
  deepStrictEqual(notes, [
    'Partition 0 is not in sync on 4.',
    'Partition 1 is being copied to 3, leaves 2.',
    'Partition 2 has no leader, is not in sync on 4.',
  ]);
  match(out, /^ +1 +1 {2}3,1,2 +1,2 /m);
});

test('topic reassign shows what would move, and changes nothing without --execute', async () => {
  const cluster = await clusterOfFour();
  addTopic(cluster.image, 't', [{ replicas: [1] }, { replicas: [2] }]);
  const { exitCode, out, err } = await cluster.run(topicReassignCommand, 't -r 3');
  strictEqual(exitCode, 0);
  strictEqual(
    out,
    [
      'TOPIC  PARTITION  FROM  TO      COPIES',
      't              0  1     1,3,2  2.0 KiB',
      't              1  2     2,1,3  2.0 KiB',
      '',
    ].join('\n'),
  );
  strictEqual(
    err,
    'Nothing was moved yet: --execute does it, for 2 partitions, 4.0 KiB to copy.\n',
  );
  ok(!cluster.asked.includes('AlterPartitionReassignments'));
});

test('topic reassign --execute waits until all is there', async () => {
  const cluster = await clusterOfFour();
  addTopic(cluster.image, 't', [{ replicas: [1] }, { replicas: [2] }]);
  catchUpWhenAsked(cluster);
  const { exitCode, err } = await cluster.run(topicReassignCommand, 't -r 3 --execute');
  deepStrictEqual([exitCode, err], [0, 'Done: 2 partitions moved.\n']);
  deepStrictEqual(replicasOf(cluster, 't'), [
    [1, 3, 2],
    [2, 1, 3],
  ]);
  const again = await cluster.run(topicReassignCommand, 't -r 3 --execute');
  deepStrictEqual([again.exitCode, again.err], [0, 'There is nothing to move.\n']);
});

test('topic reassign spreads over the brokers that are named, and over no others', async () => {
  const cluster = await clusterOfFour();
  addTopic(cluster.image, 't', [{ replicas: [1] }, { replicas: [1] }, { replicas: [1] }]);
  catchUpWhenAsked(cluster);
  await cluster.run(topicReassignCommand, 't --brokers 2,3 --execute');
  deepStrictEqual(replicasOf(cluster, 't'), [[2], [3], [2]]);
});

test('a plan that was kept as JSON is carried out from a file, as is one of kafka-reassign-partitions', async () => {
  const cluster = await clusterOfFour();
  addTopic(cluster.image, 't', [{ replicas: [1] }, { replicas: [1] }]);
  catchUpWhenAsked(cluster);
  const { out } = await cluster.run(topicReassignCommand, 't --brokers 3 --json');
  const files = { 'plan.json': fakeInput(out.slice(0, 20), out.slice(20)) };
  const done = await cluster.run(topicReassignCommand, '--file plan.json --execute', { files });
  deepStrictEqual([done.exitCode, done.err], [0, 'Done: 2 partitions moved.\n']);
  deepStrictEqual(replicasOf(cluster, 't'), [[3], [3]]);
  const kafkas = {
    version: 1,
    partitions: [{ topic: 't', partition: 1, replicas: [2, 1], log_dirs: ['any', 'any'] }],
  };
  const input = fakeInput(JSON.stringify(kafkas));
  await cluster.run(topicReassignCommand, '-f - --execute', { input });
  deepStrictEqual(replicasOf(cluster, 't'), [[3], [2, 1]]);
});

test('topic reassign --detach does not wait, --list shows what goes on, and --cancel stops it', async () => {
  const cluster = await clusterOfFour();
  addTopic(cluster.image, 't', [{ replicas: [1, 2] }]);
  addTopic(cluster.image, 'other', [{ replicas: [2] }]);
  const begun = await cluster.run(topicReassignCommand, 't --brokers 2,3 --execute --detach');
  strictEqual(begun.exitCode, 0);
  match(begun.err, /^1 partition on the way; odradek topic reassign --list shows them/);
  const list = await cluster.run(topicReassignCommand, '--list');
  strictEqual(
    list.out,
    [
      'TOPIC  PARTITION  REPLICAS  ADDING  REMOVING',
      't              0  3,2,1     3       1',
      '',
    ].join('\n'),
  );
  const none = await cluster.run(topicReassignCommand, 'other --list');
  deepStrictEqual([none.out, none.err], ['', 'No partition is on its way.\n']);
  const asked = await cluster.run(topicReassignCommand, 't --cancel');
  strictEqual(asked.err, 'Nothing was stopped yet: --execute does it, for 1 partition.\n');
  const stopped = await cluster.run(topicReassignCommand, 't --cancel --execute');
  strictEqual(stopped.err, 'Stopped: 1 partition went back to where they were.\n');
  deepStrictEqual(new Set(partitionIn(cluster.image, 't').replicas), new Set([1, 2]));
});

test('who interrupts topic reassign is told that it goes on', async () => {
  const cluster = await clusterOfFour();
  addTopic(cluster.image, 't', [{ replicas: [1] }]);
  const context = cluster.context();
  let asked = 0;
  cluster.beforeAnswer = (api) => {
    if (api === 'ListPartitionReassignments' && ++asked === 3) context.interrupt();
  };
  const args = parseArguments(topicReassignCommand, ['t', '--brokers', '2', '--execute']);
  const exitCode = await cluster.simulation.complete(topicReassignCommand.run(args, context));
  strictEqual(exitCode, 130);
  match(
    context.err.text(),
    /^Interrupted, with 1 partition still on the way; odradek topic reassign --list/,
  );
  deepStrictEqual(partitionIn(cluster.image, 't').addingReplicas, [2]);
});

test('a move that somebody else has stopped has failed', async () => {
  const cluster = await clusterOfFour();
  addTopic(cluster.image, 't', [{ replicas: [1] }]);
  let asked = 0;
  cluster.beforeAnswer = (api) => {
    if (api !== 'ListPartitionReassignments' || ++asked !== 4) return;
    setPartition(cluster.image, 't', 0, {
      replicas: [1],
      addingReplicas: [],
      removingReplicas: [],
    });
  };
  const { exitCode, err } = await cluster.run(topicReassignCommand, 't --brokers 2 --execute');
  strictEqual(exitCode, 1);
  match(err, /^odradek: t-0 is on 1: somebody has stopped its move or moved it elsewhere$/m);
});

test('what cannot be reassigned is refused before anything moves', async () => {
  const cluster = await clusterOfFour();
  addTopic(cluster.image, 't', [{ replicas: [1, 2, 3] }]);
  const refusal = async (words: string, file = ''): Promise<string> => {
    const files = { 'plan.json': fakeInput(file) };
    try {
      await cluster.run(topicReassignCommand, words, { files });
    } catch (error) {
      return (error as Error).message;
    }
    return 'it was not refused';
  };
  match(await refusal(''), /expected topics with --brokers/);
  match(await refusal('t'), /expected topics with --brokers/);
  match(await refusal('t --file plan.json'), /expected topics with --brokers/);
  match(await refusal('t --list --cancel'), /expected one of --list, --cancel/);
  match(await refusal('--cancel'), /needs topics/);
  match(await refusal('t --brokers 1,x'), /--brokers x: expected a node id/);
  match(await refusal('t --brokers 1,7'), /There is no broker 7; there are 1, 2, 3, 4/);
  match(await refusal('t --brokers 1,2'), /t-0 has 3 replicas, and only 2 find a place/);
  match(await refusal('t -r 4'), /--replication-factor 4: expected at most 3/);
  match(await refusal('nobody -r 1'), /there is no topic nobody/);
  const ofFile = (text: string): Promise<string> => refusal('--file plan.json', text);
  match(await ofFile('{'), /plan.json: it is no JSON/);
  match(await ofFile('{"version":2}'), /its version is 2/);
  match(await ofFile('[]'), /it has no list of partitions/);
  match(await ofFile('{"partitions":[{"topic":"t"}]}'), /partitions\[0\] has no partition/);
  const item = '{"topic":"t","partition":0,"replicas":[1]}';
  match(await ofFile(`{"partitions":[${item},${item}]}`), /t-0 stands in it twice/);
  match(await ofFile(`{"partitions":[${item.replace('0', '5')}]}`), /no partition t-5/);
  match(await ofFile(`{"partitions":[${item.replace('[1]', '[]')}]}`), /has no replicas/);
  const withDirectory = item.replace('}', ',"log_dirs":["/data"]}');
  match(await ofFile(`{"partitions":[${withDirectory}]}`), /names a log directory/);
});

test('broker drain moves everything away, keeps new replicas away, and says how to stop the broker', async () => {
  const cluster = await ImageCluster.start(
    { id: 1, rack: 'a' },
    { id: 2, rack: 'b' },
    { id: 3, rack: 'b' },
    { id: 4, rack: 'a' },
  );
  addTopic(cluster.image, 't', [{ replicas: [1, 2] }, { replicas: [2, 1] }, { replicas: [3, 4] }]);
  catchUpWhenAsked(cluster);
  const dry = await cluster.run(brokerDrainCommand, '1 --dry-run');
  match(dry.out, /^t +0 +1,2 +4,2 +1\.0 KiB$/m);
  match(dry.err, /^Nothing was moved: without --dry-run it is, 2 partitions/);
  const { exitCode, err } = await cluster.run(brokerDrainCommand, '1');
  strictEqual(exitCode, 0);
  strictEqual(
    err,
    'Done: nothing lies on broker 1 any more, and it gets no new replicas.\n' +
      'Stop its process with Ctrl-C or SIGTERM; then odradek broker unregister 1 has the cluster forget it.\n',
  );
  deepStrictEqual(replicasOf(cluster, 't'), [
    [4, 2],
    [2, 4],
    [3, 4],
  ]);
  deepStrictEqual(
    [...(cluster.image.brokerConfigs.get(1)?.values ?? [])],
    [['cordoned.log.dirs', '*']],
  );
});

test('what is put on a broker while it is drained goes as well', async () => {
  const cluster = await ImageCluster.start(1, 2, 3);
  addTopic(cluster.image, 't', [{ replicas: [1] }]);
  catchUpWhenAsked(cluster);
  const catchUp = cluster.beforeAnswer;
  cluster.beforeAnswer = (api) => {
    const isFirst = !cluster.asked.includes('AlterPartitionReassignments');
    catchUp(api);
    if (api === 'IncrementalAlterConfigs' && isFirst) {
      addTopic(cluster.image, 'late', [{ replicas: [1] }]);
    }
  };
  const { exitCode } = await cluster.run(brokerDrainCommand, '1');
  strictEqual(exitCode, 0);
  deepStrictEqual([replicasOf(cluster, 't'), replicasOf(cluster, 'late')], [[[2]], [[3]]]);
});

test('a broker that has died is drained too, and nothing goes to one that is drained already', async () => {
  const cluster = await clusterOfFour();
  addTopic(cluster.image, 't', [{ replicas: [4, 1], isr: [1] }, { replicas: [3] }]);
  catchUpWhenAsked(cluster);
  await cluster.run(brokerDrainCommand, '3');
  deepStrictEqual(replicasOf(cluster, 't')[1], [2]);
  const { exitCode, err } = await cluster.run(brokerDrainCommand, '4');
  strictEqual(
    err,
    'Done: nothing lies on broker 4 any more.\n' +
      'It does not serve: odradek broker unregister 4 has the cluster forget it.\n',
  );
  strictEqual(exitCode, 0);
  deepStrictEqual(new Set(replicasOf(cluster, 't')[0]), new Set([1, 2]));
});

test('a broker without another to take its replicas is not drained, unless fewer may be left', async () => {
  const cluster = await ImageCluster.start(1, 2);
  addTopic(cluster.image, 't', [{ replicas: [1, 2] }, { replicas: [2, 1] }]);
  catchUpWhenAsked(cluster);
  const refused = await cluster.run(brokerDrainCommand, '1');
  strictEqual(refused.exitCode, 1);
  match(
    refused.err,
    /^odradek: t-0 \(and 1 other\) has a replica on every other broker that serves/,
  );
  ok(!cluster.asked.includes('AlterPartitionReassignments'));
  const done = await cluster.run(brokerDrainCommand, '1 --allow-fewer-replicas');
  strictEqual(done.exitCode, 0);
  deepStrictEqual(replicasOf(cluster, 't'), [[2], [2]]);
  const last = await cluster.run(brokerDrainCommand, '2 --allow-fewer-replicas');
  strictEqual(last.exitCode, 1);
});

test('broker drain --cancel brings back what is on its way, and lets replicas come again', async () => {
  const cluster = await ImageCluster.start(1, 2, 3);
  addTopic(cluster.image, 't', [{ replicas: [1] }]);
  const context = cluster.context();
  let asked = 0;
  cluster.beforeAnswer = (api) => {
    if (api === 'ListPartitionReassignments' && ++asked === 3) context.interrupt();
  };
  const args = parseArguments(brokerDrainCommand, ['1']);
  strictEqual(await cluster.simulation.complete(brokerDrainCommand.run(args, context)), 130);
  deepStrictEqual(partitionIn(cluster.image, 't').removingReplicas, [1]);
  const { exitCode, err } = await cluster.run(brokerDrainCommand, '1 --cancel');
  strictEqual(exitCode, 0);
  match(err, /^Stopped: 1 partition went back/);
  deepStrictEqual(replicasOf(cluster, 't'), [[1]]);
  strictEqual(cluster.image.brokerConfigs.get(1), undefined);
});

test('broker unregister forgets a broker that has died, and refuses one that lives', async () => {
  const cluster = await clusterOfFour();
  const { out } = await cluster.run(brokerUnregisterCommand, '4');
  strictEqual(out, 'broker 4 is forgotten\n');
  deepStrictEqual([...cluster.image.brokers.keys()], [1, 2, 3]);
  const refused = await cluster.run(brokerUnregisterCommand, '2').catch((error: unknown) => error);
  match(String(refused), /unregister broker 2: INVALID_REQUEST: Broker ID 2 is alive/);
});

test('the examples of commands that take several brokers work', async () => {
  const runAll = async (cluster: ImageCluster, command: Command): Promise<void> => {
    for (const example of command.examples) {
      // Quotes and where the output goes are the shell's.
      const words = example.command
        .replace(`odradek ${command.name}`, '')
        .replaceAll("'", '')
        .replace(/>.*/, '');
      const { exitCode, err } = await cluster.run(command, words);
      strictEqual(exitCode, 0, `${example.command}: ${err}`);
    }
  };
  const four = await ImageCluster.start(1, 2, 3, 4);
  addTopic(four.image, 'orders', [{ replicas: [1] }, { replicas: [4] }]);
  catchUpWhenAsked(four);
  await runAll(four, topicReassignCommand);
  await runAll(four, brokerDrainCommand);
  await runAll(await clusterOfFour(), brokerUnregisterCommand);
});
