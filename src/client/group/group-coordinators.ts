import { errorCodes } from '../../protocol/error-codes.ts';
import type { ApiSchema, Encodable, Fields, Infer } from '../../protocol/schema.ts';
import type { OdradekError } from '../../util/odradek-error.ts';
import { byBroker, type Outcome } from '../admin-items.ts';
import { type Api, apis } from '../apis.ts';
import { brokerRefused } from '../client-errors.ts';
import type { Cluster } from '../cluster.ts';
import type { BrokerConnection, RequestOptions } from '../connection.ts';

/** Later versions of FindCoordinator ask for several keys in another form. */
const findVersionMax = 3;
/** The first version that has it. */
const batchedFirstVersion = 4;
const groupKeyType = 0;
/** Groups that one request names, so that neither it nor its answer keeps a broker for long. */
const groupsAtOnceMax = 1000;

/** Behind these another broker may coordinate the group, or the same one be ready in a moment. */
const movedCodes: ReadonlySet<number> = new Set([
  errorCodes.NOT_COORDINATOR,
  errorCodes.COORDINATOR_NOT_AVAILABLE,
  errorCodes.COORDINATOR_LOAD_IN_PROGRESS,
]);

/** Which broker coordinates which group: asked when it is needed, and again when an answer shows that it moved. */
export class GroupCoordinators {
  readonly #cluster: Cluster;
  readonly #nodeIds = new Map<string, number>();

  constructor(modules: { cluster: Cluster }) {
    this.#cluster = modules.cluster;
  }

  /** The broker that coordinates a group; asked once where it is not known. Fails with `BROKER_REFUSED` and as a connection does. */
  async nodeOf(groupId: string): Promise<number> {
    const known = this.#nodeIds.get(groupId);
    if (known !== undefined) return known;
    const { errorCode, errorMessage, nodeId } = await this.#cluster.requestAny(
      apis.findCoordinator,
      { key: groupId, keyType: groupKeyType },
      { versionMax: findVersionMax },
    );
    if (errorCode !== errorCodes.NONE) {
      throw brokerRefused(`find the coordinator of group ${groupId}`, errorCode, errorMessage);
    }
    this.#nodeIds.set(groupId, nodeId);
    return nodeId;
  }

  /** The connection to the coordinator. Fails as `nodeOf` does; then the coordinator is looked for anew. */
  async connectionTo(groupId: string, lane?: string): Promise<BrokerConnection> {
    const nodeId = await this.nodeOf(groupId);
    try {
      return await this.#cluster.connectionTo(nodeId, lane);
    } catch (error) {
      this.forget(groupId);
      throw error;
    }
  }

  /** A request to the coordinator, once. Fails as `BrokerConnection.request` does. */
  async request<Q extends Fields, P extends Fields>(
    groupId: string,
    api: Api<Q, P>,
    body: Encodable<ApiSchema<Q>>,
    options: RequestOptions & { readonly lane?: string | undefined } = {},
  ): Promise<Infer<ApiSchema<P>>> {
    const connection = await this.connectionTo(groupId, options.lane);
    try {
      return await connection.request(api, body, options);
    } catch (error) {
      this.forget(groupId);
      throw error;
    }
  }

  /**
   * Asks the coordinators of several groups, each for its own together, up to `groupsAtOnceMax` at a time; the
   * outcomes are in the order of the groups.
   */
  async each<T>(
    groupIds: readonly string[],
    ask: (nodeId: number, groupIds: readonly string[]) => Promise<readonly Outcome<T>[]>,
  ): Promise<readonly Outcome<T>[]> {
    const refusals = await this.#findAll(groupIds);
    return byBroker(
      groupIds,
      async (groupId) => {
        const refusal = refusals.get(groupId);
        if (refusal !== undefined) throw refusal;
        return this.nodeOf(groupId);
      },
      async (nodeId, part) => {
        try {
          const outcomes: Outcome<T>[] = [];
          for (let at = 0; at < part.length; at += groupsAtOnceMax) {
            outcomes.push(...(await ask(nodeId, part.slice(at, at + groupsAtOnceMax))));
          }
          return outcomes;
        } catch (error) {
          for (const groupId of part) this.forget(groupId);
          throw error;
        }
      },
    );
  }

  /** Has the coordinators of all groups known; answers why those are not that are not. */
  async #findAll(groupIds: readonly string[]): Promise<ReadonlyMap<string, OdradekError>> {
    const refusals = new Map<string, OdradekError>();
    const unknown = groupIds.filter((groupId) => !this.#nodeIds.has(groupId));
    if (unknown.length < 2) return refusals;
    const version = await this.#cluster.versionOf(apis.findCoordinator);
    // Each is asked for by itself then, as it is needed.
    if (version < batchedFirstVersion) return refusals;
    for (let at = 0; at < unknown.length; at += groupsAtOnceMax) {
      const coordinatorKeys = unknown.slice(at, at + groupsAtOnceMax);
      const { coordinators } = await this.#cluster.requestAny(
        apis.findCoordinator,
        { keyType: groupKeyType, coordinatorKeys },
        { version },
      );
      for (const { key, nodeId, errorCode, errorMessage } of coordinators) {
        if (errorCode === errorCodes.NONE) this.#nodeIds.set(key, nodeId);
        else {
          const operation = `find the coordinator of group ${key}`;
          refusals.set(key, brokerRefused(operation, errorCode, errorMessage));
        }
      }
    }
    return refusals;
  }

  /** The refusal as an error; where it says that the coordinator has moved, it is looked for anew. */
  refused(
    groupId: string,
    operation: string,
    errorCode: number,
    message?: string | null,
  ): OdradekError {
    if (movedCodes.has(errorCode)) this.forget(groupId);
    return brokerRefused(operation, errorCode, message);
  }

  /** Asks for the coordinator again when it is needed next. */
  forget(groupId: string): void {
    this.#nodeIds.delete(groupId);
  }
}
