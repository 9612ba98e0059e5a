import { FakeCluster, type FakeOptions } from '../../../console/dev/fake-cluster.ts';
import { pictureOf } from '../../../console/dev/fake-figures.ts';
import type { Picture } from '../../../src/admin/contract/picture.ts';

/** When the made-up clusters of these tests begin. */
export const startMs = Date.UTC(2026, 10, 26, 14);

/** A made-up cluster that stands at {@link startMs}. */
export function clusterOf(options: Partial<FakeOptions> = {}): FakeCluster {
  return new FakeCluster(
    { brokers: 3, topics: 3, groups: 3, troubled: false, ...options },
    startMs,
  );
}

/** Its picture now. */
export function pictureFrom(cluster: FakeCluster): Picture {
  return pictureOf(cluster, { topics: [], groups: [] });
}

/** The picture of a made-up cluster of this size. */
export function pictureWith(options: Partial<FakeOptions> = {}): Picture {
  return pictureFrom(clusterOf(options));
}
