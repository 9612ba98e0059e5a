import assert from 'node:assert/strict';
import type {
  ClusterWatch,
  ClusterWatchOptions,
} from '../../../src/admin/picture/cluster-watch.ts';
import type { Picture } from '../../../src/admin/contract/picture.ts';
import { clusterWatchOf } from '../../../src/admin/picture/watch-of-broker.ts';
import { must } from '../../../src/util/assert.ts';
import type { SimulatedCluster } from '../../broker/simulated-cluster.ts';

/** A cluster of a simulation that one of its brokers watches. */
export class WatchedCluster {
  readonly watch: ClusterWatch;
  readonly pictures: Picture[] = [];
  readonly #cluster: SimulatedCluster;

  constructor(
    cluster: SimulatedCluster,
    nodeId: number,
    options: Partial<ClusterWatchOptions> = {},
  ) {
    this.#cluster = cluster;
    this.watch = clusterWatchOf(cluster.broker(nodeId), {
      runtime: cluster.simulation.runtime(`broker${nodeId}`),
      keepsHistory: options.keepsHistory ?? false,
      defect: (error) => assert.fail(error as Error),
    });
  }

  /** Looks from now on. */
  look(topics: readonly string[] = [], groups: readonly string[] = []): () => void {
    const view = { topics: new Set(topics), groups: new Set(groups) };
    return this.watch.watch(view, (picture) => this.pictures.push(picture));
  }

  get last(): Picture {
    return must(this.pictures.at(-1), 'a picture was shown');
  }

  /** Lets events happen until a picture is like this. */
  async until(holds: (picture: Picture) => boolean, limitMs = 60_000): Promise<Picture> {
    await this.#cluster.until(() => {
      const last = this.pictures.at(-1);
      return last !== undefined && holds(last);
    }, limitMs);
    return this.last;
  }
}
