/**
 * Goal: Odradek answers as Apache Kafka does. Method: short scenarios, one request after the other over a
 * raw socket, were played against Apache Kafka 4.3.1 and its answers written down
 * (`tools/record-apache-answers.ts`); here they are played against a broker of ours, and each field of each
 * answer is compared. Where we differ it stands in `by-design.ts` with the reason, and what stands there must
 * be so.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createBroker, type Broker } from '../../src/index.ts';
import { allScenarios, brokerSettings } from './apache-answers/all-scenarios.ts';
import {
  deviations,
  explains,
  headerDeviations,
  type Deviation,
} from './apache-answers/by-design.ts';
import { Conversation } from './apache-answers/conversation.ts';
import { knownBugs } from './apache-answers/known-bugs.ts';
import { produceScenarios } from './apache-answers/produce-scenarios.ts';
import { differencesOf, readRecording, type Difference } from './apache-answers/recording.ts';
import { play, type Scenario } from './apache-answers/scenario.ts';

const recording = readRecording();

/** Plays scenarios against one broker; differences that nothing in `accepted` explains fail. */
function replay(
  title: string,
  scenarios: readonly Scenario[],
  { config, accepted }: { config: Record<string, string>; accepted: readonly Deviation[] },
): void {
  describe(title, () => {
    let broker: Broker;
    const seen = new Set<Deviation>();
    before(async () => {
      broker = await createBroker({
        defaults: 'kafka',
        config: { ...brokerSettings, ...config },
      });
      await asFormatted(broker);
    });
    after(() => broker.stop());

    for (const scenario of scenarios) {
      test(scenario.name, async () => {
        const apache = recording.get(scenario.name);
        assert(apache !== undefined, 'recorded by tools/record-apache-answers.ts');
        const odradek = await play(scenario, broker.bootstrapServers, '');
        const unexplained = differencesOf(scenario.name, apache, odradek).filter((difference) => {
          const reasons = accepted.filter((deviation) => explains(deviation, difference));
          for (const reason of reasons) seen.add(reason);
          return reasons.length === 0;
        });
        assert.equal(unexplained.map(inWords).join('\n'), '');
      });
    }

    if (scenarios !== allScenarios) return;
    test('what is said to differ does differ', (t) => {
      const unseen = accepted.filter((deviation) => !seen.has(deviation));
      assert.deepEqual(
        unseen.map(({ why }) => why),
        [],
      );
      for (const { why } of knownBugs) t.diagnostic(`to be mended: ${why}`);
    });
  });
}

/** Apache writes `min.insync.replicas` into the configuration of all brokers when it formats its folder. */
async function asFormatted(broker: Broker): Promise<void> {
  const conversation = Conversation.with(broker.bootstrapServers, 'formatting', '');
  const configs = [{ name: 'min.insync.replicas', configOperation: 0, value: '1' }];
  await conversation.prepare('IncrementalAlterConfigs', 1, {
    resources: [{ resourceType: 4, resourceName: '', configs }],
    validateOnly: false,
  });
  conversation.hangUp();
}

function inWords({ place, apache, odradek }: Difference): string {
  return `${place}\n  Apache:  ${JSON.stringify(apache)}\n  Odradek: ${JSON.stringify(odradek)}`;
}

test('each scenario has a name of its own, and what is recorded is played', () => {
  const names = new Set(allScenarios.map(({ name }) => name));
  assert.equal(names.size, allScenarios.length);
  assert.deepEqual(
    [...recording.keys()].filter((name) => !names.has(name)),
    [],
  );
});

replay('answers as Apache Kafka', allScenarios, {
  config: {},
  accepted: [...deviations, ...headerDeviations, ...knownBugs],
});

replay('records judged as Apache Kafka does, with odradek.batch.validation=records', judged(), {
  config: { 'odradek.batch.validation': 'records' },
  accepted: [...deviations, ...knownBugs],
});

/** Produce in one version: judging the records of a batch has nothing to do with versions. */
function judged(): Scenario[] {
  return produceScenarios.filter(({ name }) => name.startsWith('Produce v13:'));
}
