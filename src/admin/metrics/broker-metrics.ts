import type { RunningBroker } from '../../broker/broker.ts';
import type { LatencyHistogram } from '../../broker/figures/latency-histogram.ts';
import type { BrokerFiguresResponse } from '../../protocol/messages/broker-figures.ts';
import { known } from '../picture/broker-figures.ts';
import { labelled, single, type Metric } from './metric.ts';

/** What this broker counts of itself. `figures` are those that it tells other brokers. */
export function brokerMetrics(broker: RunningBroker, figures: BrokerFiguresResponse): Metric[] {
  const { requests } = broker.figures;
  const { produce, fetch } = requests;
  const apis = [
    ['Produce', produce],
    ['Fetch', fetch],
  ] as const;
  const rest = Math.max(0, requests.requests.total - produce.count - fetch.count);
  return [
    labelled(
      'counter',
      'kafka_network_requestmetrics_requests_total',
      'Requests that were answered.',
      ['request'],
      [
        ...apis.map(([request, { count }]) => [{ request }, count] as const),
        [{ request: 'Other' }, rest],
      ],
    ),
    labelled(
      'gauge',
      'kafka_network_requestmetrics_totaltimems',
      'Milliseconds from the whole request to its answer, in the last ten seconds; of Fetch without its wait for records.',
      ['request', 'quantile'],
      apis.flatMap(([request, histogram]) => quantiles(request, histogram)),
    ),
    labelled(
      'counter',
      'kafka_network_requestmetrics_totaltimems_count',
      'Requests of which the time was taken.',
      ['request'],
      apis.map(([request, { count }]) => [{ request }, count] as const),
    ),
    labelled(
      'counter',
      'kafka_network_requestmetrics_totaltimems_sum',
      'Milliseconds that they took in all.',
      ['request'],
      apis.map(([request, { sumMs }]) => [{ request }, sumMs] as const),
    ),
    single(
      'gauge',
      'kafka_server_socketservermetrics_connection_count',
      'Connections that are open.',
      figures.connections,
    ),
    ...processMetrics(figures),
    ...logDirMetrics(figures),
    ...filterMetrics(figures),
  ];
}

function quantiles(
  request: string,
  histogram: LatencyHistogram,
): readonly (readonly [{ readonly request: string; readonly quantile: string }, number])[] {
  const recent = histogram.recent();
  if (recent === undefined) return [];
  return [
    [{ request, quantile: '0.50' }, recent.p50Ms],
    [{ request, quantile: '0.99' }, recent.p99Ms],
  ];
}

function processMetrics(figures: BrokerFiguresResponse): Metric[] {
  return [
    single(
      'gauge',
      'process_resident_memory_bytes',
      'Memory of the process.',
      known(figures.rssBytes),
    ),
    single(
      'gauge',
      'process_start_time_seconds',
      'When the broker was started, in seconds since 1970.',
      figures.startedMs / 1000,
    ),
    single(
      'gauge',
      'nodejs_heap_size_used_bytes',
      'Heap of the thread of the broker.',
      known(figures.heapUsedBytes),
    ),
    labelled(
      'gauge',
      'odradek_build_info',
      'The version that runs.',
      ['version'],
      [[{ version: figures.version }, 1]],
    ),
  ];
}

function logDirMetrics({ logDirs }: BrokerFiguresResponse): Metric[] {
  const of = (name: string, help: string, value: (dir: (typeof logDirs)[number]) => number) =>
    labelled(
      'gauge',
      name,
      help,
      ['path'],
      logDirs.map((dir) => [{ path: dir.path }, known(value(dir))] as const),
    );
  return [
    single(
      'gauge',
      'kafka_log_logmanager_offlinelogdirectorycount',
      'Log directories that are offline.',
      logDirs.filter(({ online }) => !online).length,
    ),
    of('odradek_log_dir_used_bytes', 'What its logs take.', (dir) => dir.usedBytes),
    of('odradek_log_dir_free_bytes', 'What is left on its disk.', (dir) => dir.freeBytes),
    of('odradek_log_dir_size_bytes', 'The size of its disk.', (dir) => dir.totalBytes),
  ];
}

/** Filters that are told apart; there are few filtered topics, and each has its own. */
const filtersMax = 100;

type Filter = BrokerFiguresResponse['filters'][number];

const outcomes: readonly (readonly [string, (filter: Filter) => number])[] = [
  ['matched', ({ matched }) => matched],
  [
    'unmatched',
    ({ evaluated, matched, failed, overBudget }) => evaluated - matched - failed - overBudget,
  ],
  ['failed', ({ failed }) => failed],
  ['over_budget', ({ overBudget }) => overBudget],
  ['unreadable', ({ unreadable }) => unreadable],
];

function filterMetrics({ filters }: BrokerFiguresResponse): Metric[] {
  return [
    labelled(
      'counter',
      'odradek_filter_records_total',
      'Records that the filter of a filtered topic was asked about, since it was set; those with another outcome than matched are left out.',
      ['topic', 'outcome'],
      filters
        .slice(0, filtersMax)
        .flatMap((filter) =>
          outcomes.map(([outcome, of]) => [{ topic: filter.topic, outcome }, of(filter)] as const),
        ),
    ),
  ];
}
