import { noConfigLayers } from '../../src/config/config-layers.ts';
import { resolveBrokerConfig } from '../../src/config/resolve-broker-config.ts';
import type { NewTopic } from '../../src/controller/create-topics.ts';
import type { ControllerSettings } from '../../src/controller/controller-settings.ts';
import type { Decision } from '../../src/controller/decision.ts';
import { LiveImage } from '../../src/metadata/live-image.ts';
import { brokerKeys } from '../metadata/broker-keys.ts';

/** A broker of a test's cluster. */
export interface TestBroker {
  readonly id: number;
  readonly rack?: string;
  readonly fenced?: boolean;
  readonly stopping?: boolean;
  readonly live?: boolean;
}

/** An image of a cluster with brokers and nothing else. */
export function clusterOf(...brokers: readonly (number | TestBroker)[]): LiveImage {
  const image = new LiveImage();
  const changes = brokers.flatMap((broker) => {
    const { id, ...registration } = typeof broker === 'number' ? { id: broker } : broker;
    return brokerKeys(id, registration);
  });
  if (changes.length > 0) image.apply(1, changes);
  return image;
}

/** Settings with these static broker configs. */
export function settingsOf(values: Readonly<Record<string, string>> = {}): ControllerSettings {
  const layers = { ...noConfigLayers, static: new Map(Object.entries(values)) };
  return { config: resolveBrokerConfig(layers), layers };
}

/** Makes of `image` what it is once the decision is carried out; answers the results. */
export function carryOut<Result>(
  image: LiveImage,
  { changes, results }: Decision<Result>,
): readonly Result[] {
  const all = [...changes.prepare, ...changes.publish, ...changes.tidy];
  if (all.length > 0) image.apply(image.revision + 1, all);
  return results;
}

/** A topic with the broker's defaults but for what is given. */
export function topicOf(name: string, overrides: Partial<NewTopic> = {}): NewTopic {
  return {
    name,
    numPartitions: -1,
    replicationFactor: -1,
    assignments: [],
    configs: [],
    ...overrides,
  };
}

let lastId = 0;

/** A new topic id of the right form. */
export function drawTopicId(): string {
  return String(++lastId).padStart(21, 'x') + 'A';
}
