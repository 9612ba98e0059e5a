import type * as PromClient from 'prom-client';
import type { RunningBroker } from '../../broker/broker.ts';
import { requirePackage } from '../../records/optional-package.ts';
import type { ClusterWatch } from '../picture/cluster-watch.ts';
import { brokerMetrics } from './broker-metrics.ts';
import { clusterMetrics } from './cluster-metrics.ts';
import { groupMetrics } from './group-metrics.ts';
import type { Metric } from './metric.ts';
import { NamedSubjects } from './named-subjects.ts';
import { topicMetrics } from './topic-metrics.ts';

/** Whose metrics they are. */
export interface MetricsModules {
  readonly broker: RunningBroker;
  readonly watch: ClusterWatch;
}

/** A text for Prometheus. */
export interface MetricsText {
  readonly contentType: string;
  readonly text: string;
}

const nothing = {
  topics: [],
  topicsMax: 0,
  groups: [],
  groupsMax: 0,
  producersMax: 0,
  positions: [],
};

/**
 * What a broker tells Prometheus, under the names that dashboards for Kafka have: each broker of what it leads and
 * coordinates, so that sums over all of them are right.
 */
export class Metrics {
  readonly #modules: MetricsModules;
  readonly #topics: NamedSubjects;
  readonly #groups: NamedSubjects;

  constructor(modules: MetricsModules) {
    const { metricsPartitionsMax } = modules.broker.config.admin;
    this.#modules = modules;
    this.#topics = new NamedSubjects(metricsPartitionsMax);
    this.#groups = new NamedSubjects(metricsPartitionsMax);
  }

  /** All of them as they are now. Rejects with `MISSING_PACKAGE` where prom-client is not installed. */
  async text(): Promise<MetricsText> {
    const prom = requirePackage<typeof PromClient>('prom-client', '/metrics');
    const registry = new prom.Registry();
    for (const metric of await this.all()) register(prom, registry, metric);
    return { contentType: registry.contentType, text: await registry.metrics() };
  }

  /** The same, not written yet. */
  async all(): Promise<Metric[]> {
    const { broker, watch } = this.#modules;
    const [figures, { groups }] = await Promise.all([
      broker.figures.describe(nothing),
      watch.look(),
    ]);
    const own = [...groups.values()]
      .map((group) => group.figures)
      .filter(({ coordinatorId }) => coordinatorId === broker.config.nodeId);
    return [
      ...clusterMetrics(broker),
      ...brokerMetrics(broker, figures),
      ...topicMetrics(broker, this.#topics),
      ...groupMetrics(own, this.#groups),
    ];
  }
}

function register(prom: typeof PromClient, registry: PromClient.Registry, metric: Metric): void {
  const { name, help, labels, samples, type } = metric;
  const configuration = { name, help, labelNames: [...labels], registers: [registry] };
  if (type === 'counter') {
    const counter = new prom.Counter(configuration);
    for (const sample of samples) counter.inc(sample.labels, sample.value);
  } else {
    const gauge = new prom.Gauge(configuration);
    for (const sample of samples) gauge.set(sample.labels, sample.value);
  }
}
