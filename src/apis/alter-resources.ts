import { parseInteger } from '../config/config-value.ts';
import { alterConfigs, type ConfigAlteration } from '../controller/alter-configs.ts';
import type { ConfigOperation } from '../controller/config-operations.ts';
import { refuse, type Refusal } from '../controller/decision.ts';
import { errorCodes } from '../protocol/error-codes.ts';
import { configResourceTypes, resourceTypeName } from './config-resources.ts';
import { runOrRefuse } from './run-or-refuse.ts';
import type { ApiServices } from './services.ts';

/** A resource whose configs are to be changed, as both AlterConfigs APIs have it. */
export interface ResourceChange {
  readonly resourceType: number;
  readonly resourceName: string;
  /** The changes, or why they cannot be understood. */
  readonly operations: readonly ConfigOperation[] | Refusal;
}

/** How configs are to be changed. */
export interface AlterOptions {
  readonly validateOnly: boolean;
  /** AlterConfigs: what is not set is not set any more. */
  readonly replace: boolean;
}

const scopes = new Map<number, ConfigAlteration['scope']>([
  [configResourceTypes.TOPIC, 'topic'],
  [configResourceTypes.BROKER, 'broker'],
  [configResourceTypes.GROUP, 'group'],
]);

/** Changes configs, each resource for itself, and answers for each in the order of the request. */
export async function alterResources(
  services: ApiServices,
  changes: readonly ResourceChange[],
  options: AlterOptions,
) {
  const counts = new Map<string, number>();
  for (const change of changes) {
    counts.set(identityOf(change), (counts.get(identityOf(change)) ?? 0) + 1);
  }
  const whyNot = (change: ResourceChange): Refusal | undefined =>
    (counts.get(identityOf(change)) ?? 0) > 1
      ? refuse('INVALID_REQUEST', 'Each resource must appear at most once.')
      : problemOf(change, services);
  const resources = changes
    .filter((change) => whyNot(change) === undefined)
    .flatMap((change) => alterationOf(change, options));
  const command = { resources, validateOnly: options.validateOnly };
  const decided = await runOrRefuse(
    services.metadata,
    (image) => alterConfigs(image, command, services.controllerSettings()),
    (refusal) => resources.map(({ scope, name }) => ({ scope, name, refusal })),
  );
  const refusals = new Map(
    decided.map(({ scope, name, refusal }) => [`${scope} ${name}`, refusal]),
  );
  return changes.map((change) => {
    const { resourceType, resourceName } = change;
    const refusal = whyNot(change) ?? refusals.get(identityOf(change));
    return {
      errorCode: refusal === undefined ? 0 : errorCodes[refusal.error],
      errorMessage: refusal?.message ?? null,
      resourceType,
      resourceName,
    };
  });
}

function identityOf({ resourceType, resourceName }: ResourceChange): string {
  return `${scopes.get(resourceType) ?? resourceType} ${resourceName}`;
}

function alterationOf(
  { resourceType, resourceName, operations }: ResourceChange,
  { replace }: AlterOptions,
): ConfigAlteration[] {
  const scope = scopes.get(resourceType);
  if (scope === undefined || 'error' in operations) return [];
  return [{ scope, name: resourceName, operations, replace }];
}

/** What can be said against a change without a look at the cluster. */
function problemOf(
  { resourceType, resourceName, operations }: ResourceChange,
  { nodeId }: ApiServices,
): Refusal | undefined {
  if (!scopes.has(resourceType)) {
    const name = resourceTypeName(resourceType);
    return refuse(
      'INVALID_REQUEST',
      name === 'UNKNOWN'
        ? `Unknown resource type ${resourceType}`
        : `Configs of type ${name} cannot be changed.`,
    );
  }
  if ('error' in operations) return operations;
  const isBroker = resourceType === configResourceTypes.BROKER && resourceName !== '';
  return isBroker ? brokerProblem(resourceName, nodeId) : undefined;
}

function brokerProblem(name: string, nodeId: number): Refusal | undefined {
  const asked = parseInteger('INT', name);
  if (asked === nodeId) return undefined;
  const message =
    asked === undefined
      ? `Node id must be an integer, but it is: ${name}`
      : `Unexpected broker id, expected ${nodeId}, but received ${name}`;
  return refuse('INVALID_REQUEST', message);
}
