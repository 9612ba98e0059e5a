import { encodeValue, imageKeys } from '../metadata/image-keys.ts';
import { emptyConfig } from '../metadata/image.ts';
import type { ClusterImage, ConfigImage } from '../metadata/image.ts';
import { applyConfigOperations } from './config-operations.ts';
import type { ConfigOperation } from './config-operations.ts';
import { judgeResourceConfig } from './config-resource.ts';
import type { ConfigResource } from './config-resource.ts';
import type { ControllerSettings } from './controller-settings.ts';
import { addChanges, isRefusal, newChanges, noChanges, refuse } from './decision.ts';
import type { Decision, PlannedChanges, Refusal } from './decision.ts';
import { filteredConfigProblem } from './filtered-topics.ts';
import { topicNameProblem } from './topic-names.ts';

/** What is to become of one resource's configs. */
export interface ConfigAlteration extends ConfigResource {
  /** IncrementalAlterConfigs. With `replace` (AlterConfigs), what is not set here is not set any more. */
  readonly operations: readonly ConfigOperation[];
  readonly replace?: boolean;
}

/** A whole request: AlterConfigs or IncrementalAlterConfigs. */
export interface AlterConfigsCommand {
  readonly resources: readonly ConfigAlteration[];
  readonly validateOnly: boolean;
}

/** What was decided of one resource. */
export interface AlterConfigResult extends ConfigResource {
  /** Undefined when the configs are as they were asked for. */
  readonly refusal: Refusal | undefined;
}

/**
 * Decides AlterConfigs and IncrementalAlterConfigs. A resource's alterations are made all or none; one
 * resource does not hold up the others. A resource that is named twice is refused once.
 */
export function alterConfigs(
  image: ClusterImage,
  command: AlterConfigsCommand,
  settings: ControllerSettings,
): Decision<AlterConfigResult> {
  const changes = newChanges();
  const results: AlterConfigResult[] = [];
  const byResource = Map.groupBy(command.resources, ({ scope, name }) => `${scope} ${name}`);
  for (const resources of byResource.values()) {
    const alteration = resources[0] as ConfigAlteration;
    const { scope, name } = alteration;
    const planned =
      resources.length > 1
        ? refuse('INVALID_REQUEST', 'Duplicate resource.')
        : planAlteration(image, alteration, settings);
    if (isRefusal(planned)) {
      results.push({ scope, name, refusal: planned });
      continue;
    }
    addChanges(changes, planned);
    results.push({ scope, name, refusal: undefined });
  }
  return { changes: command.validateOnly ? noChanges : changes, results };
}

/** Where a resource's configs stand, and what they are. */
interface FoundResource {
  readonly key: string;
  readonly config: ConfigImage;
  /** The key of what the configs belong to, which must still be as it was. */
  readonly owner: { readonly key: string; readonly revision: number } | undefined;
}

function planAlteration(
  image: ClusterImage,
  alteration: ConfigAlteration,
  settings: ControllerSettings,
): PlannedChanges | Refusal {
  const found = findResource(image, alteration);
  if (isRefusal(found)) return found;
  const { layers } = settings;
  const before = alteration.replace === true ? emptyConfig.values : found.config.values;
  const after = applyConfigOperations(alteration.scope, before, alteration.operations, layers);
  if (isRefusal(after)) return after;
  const problem = judgeResourceConfig(alteration, before, after, settings);
  if (problem !== undefined) return problem;
  const filtered =
    alteration.scope === 'topic' ? filteredConfigProblem(found.config.values, after) : undefined;
  return filtered === undefined ? configChanges(found, after) : refuse('INVALID_CONFIG', filtered);
}

function findResource(
  image: ClusterImage,
  { scope, name }: ConfigResource,
): FoundResource | Refusal {
  switch (scope) {
    case 'topic':
      return findTopic(image, name);
    case 'broker':
      return findBroker(image, name);
    case 'group':
      if (name === '') return refuse('INVALID_REQUEST', 'Default group resources are not allowed.');
      return {
        key: imageKeys.groupConfig(name),
        config: image.groupConfigs.get(name) ?? emptyConfig,
        owner: undefined,
      };
  }
}

function findTopic(image: ClusterImage, name: string): FoundResource | Refusal {
  if (name === '') return refuse('INVALID_REQUEST', 'Default topic resources are not allowed.');
  const topic = image.topicsByName.get(name);
  if (topic !== undefined) {
    const owner = { key: imageKeys.topic(name), revision: topic.revision };
    return { key: imageKeys.topicConfig(topic.id), config: topic.config, owner };
  }
  const problem = topicNameProblem(name);
  if (problem !== undefined) return refuse('INVALID_TOPIC_EXCEPTION', problem);
  return refuse('UNKNOWN_TOPIC_OR_PARTITION', `The topic '${name}' does not exist.`);
}

function findBroker(image: ClusterImage, name: string): FoundResource | Refusal {
  if (name === '') {
    return { key: imageKeys.brokerConfig(-1), config: image.defaultBrokerConfig, owner: undefined };
  }
  if (!/^[+-]?\d{1,10}$/.test(name)) {
    return refuse('INVALID_REQUEST', 'Unable to parse broker name as a base 10 number.');
  }
  const nodeId = Number(name);
  if (nodeId < 0) return refuse('INVALID_REQUEST', 'Invalid negative broker ID.');
  return {
    key: imageKeys.brokerConfig(nodeId),
    config: image.brokerConfigs.get(nodeId) ?? emptyConfig,
    owner: undefined,
  };
}

function configChanges(
  { key, config, owner }: FoundResource,
  values: ReadonlyMap<string, string>,
): PlannedChanges {
  if (values.size === 0 && config.revision === 0) return noChanges;
  const value = values.size === 0 ? null : encodeValue({ values: Object.fromEntries(values) });
  return {
    prepare: [],
    publish: [
      { key, value, ifRevision: config.revision, ...(owner === undefined ? {} : { owner }) },
    ],
    tidy: [],
  };
}
