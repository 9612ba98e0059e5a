/**
 * Goal: Prometheus, dashboards and alert rules for Kafka find what they look for. Method: a broker in memory that is
 * written to and read from, scraped over HTTP; and the files in docs/monitoring/.
 */
import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { NamedSubjects } from '../../../src/admin/metrics/named-subjects.ts';
import { createClient, type Client } from '../../../src/client/client.ts';
import { createNodeRuntime } from '../../../src/runtime/node/node-runtime.ts';
import type { BrokerOptions } from '../../../src/index.ts';
import { adminBroker } from '../admin-broker.ts';
import { call } from '../http-client.ts';

interface Scraped {
  readonly types: ReadonlyMap<string, string>;
  /** By the name with its labels. */
  readonly values: ReadonlyMap<string, number>;
}

async function scrape(url: string): Promise<Scraped> {
  const { status, text, headers } = await call(url, '/metrics');
  strictEqual(status, 200, text);
  match(headers['content-type'] ?? '', /^text\/plain; version=0\.0\.4/);
  const types = new Map<string, string>();
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    const type = /^# TYPE (\S+) (\S+)$/.exec(line);
    if (type !== null) types.set(type[1] ?? '', type[2] ?? '');
    const sample = /^([a-z_]+(?:\{.*\})?) (\S+)$/.exec(line);
    if (sample !== null) values.set(sample[1] ?? '', Number(sample[2]));
  }
  return { types, values };
}

async function started(
  t: TestContext,
  options: BrokerOptions,
): Promise<{ url: string; client: Client }> {
  const { broker, url } = await adminBroker(t, options);
  const client = createClient({ bootstrapServers: broker.bootstrapServers }, createNodeRuntime());
  t.after(() => client.close());
  return { url, client };
}

test('what is written, read and committed shows under the names of the JMX exporter and of kafka_exporter', async (t) => {
  const { url, client } = await started(t, { topics: { orders: 2 } });
  const producer = client.producer();
  for (let n = 0; n < 10; n++) {
    await producer.send({ topic: 'orders', partition: 1, value: Buffer.from('x') });
  }
  await client.admin.alterGroupOffsets('billing', [{ topic: 'orders', partition: 1, offset: 4 }]);
  let scraped = await scrape(url);
  // What is told of groups may be a second old.
  while (!scraped.values.has('kafka_consumergroup_members{consumergroup="billing"}')) {
    scraped = await scrape(url);
  }
  const { values, types } = scraped;
  const value = (name: string): number | undefined => values.get(name);
  strictEqual(value('kafka_server_brokertopicmetrics_messagesin_total{topic="orders"}'), 10);
  strictEqual(types.get('kafka_server_brokertopicmetrics_messagesin_total'), 'counter');
  strictEqual(value('kafka_topic_partition_current_offset{topic="orders",partition="1"}'), 10);
  strictEqual(value('kafka_topic_partition_oldest_offset{topic="orders",partition="1"}'), 0);
  strictEqual(value('kafka_topic_partitions{topic="orders"}'), 2);
  const of = 'consumergroup="billing",topic="orders"';
  strictEqual(value(`kafka_consumergroup_current_offset{${of},partition="1"}`), 4);
  strictEqual(value(`kafka_consumergroup_lag{${of},partition="1"}`), 6);
  strictEqual(value(`kafka_consumergroup_lag_sum{${of}}`), 6);
  strictEqual(value('kafka_consumergroup_members{consumergroup="billing"}'), 0);
  strictEqual(value('kafka_controller_kafkacontroller_activecontrollercount'), 1);
  strictEqual(value('kafka_controller_kafkacontroller_offlinepartitionscount'), 0);
  strictEqual(value('kafka_server_replicamanager_underreplicatedpartitions'), 0);
  strictEqual(value('kafka_brokers'), 1);
  ok((value('kafka_network_requestmetrics_requests_total{request="Produce"}') ?? 0) >= 10);
  ok(
    (value('kafka_network_requestmetrics_totaltimems{request="Produce",quantile="0.99"}') ?? 0) > 0,
  );
  ok((value('process_resident_memory_bytes') ?? 0) > 1e6);
});

test('however many partitions there are, series are bounded, and the others are summed up', async (t) => {
  const { url, client } = await started(t, {
    topics: { first: 2, many: 300, last: 1 },
    config: { 'odradek.metrics.partitions.max': 3 },
  });
  const producer = client.producer();
  for (const [topic, partition] of [
    ['first', 0],
    ['many', 7],
    ['many', 200],
    ['last', 0],
  ] as const) {
    await producer.send({ topic, partition, value: Buffer.from('x') });
  }
  const { values } = await scrape(url);
  ok(values.size < 120, `${values.size} series`);
  const messages = (topic: string): number | undefined =>
    values.get(`kafka_server_brokertopicmetrics_messagesin_total{topic="${topic}"}`);
  deepStrictEqual(
    [messages('first'), messages('many'), messages('last'), messages('(others)')],
    [1, undefined, 1, 2],
  );
  ok((values.get('kafka_log_log_size{topic="(others)",partition="(others)"}') ?? 0) > 0);
});

test('who has series keeps them while it is there, whoever comes', () => {
  const names = new NamedSubjects(3);
  deepStrictEqual([...names.of(new Map([['b', 2]]))], ['b']);
  deepStrictEqual(
    [
      ...names.of(
        new Map([
          ['a', 2],
          ['b', 2],
          ['c', 1],
        ]),
      ),
    ],
    ['b', 'c'],
  );
  deepStrictEqual(
    [
      ...names.of(
        new Map([
          ['a', 2],
          ['c', 1],
        ]),
      ),
    ],
    ['c', 'a'],
  );
  deepStrictEqual([...new NamedSubjects(0).of(new Map([['a', 1]]))], []);
});

test('every metric that the dashboard, the alert rules and the page name is there', async (t) => {
  const { url } = await started(t, {});
  const { types } = await scrape(url);
  const metric = /\b(?:kafka|odradek|process|nodejs)_[a-z_]*[a-z]\b/g;
  for (const file of [
    'monitoring/grafana-dashboard.json',
    'monitoring/alerts.yml',
    'MONITORING.md',
  ]) {
    const text = readFileSync(new URL(`../../../docs/${file}`, import.meta.url), 'utf8');
    const named = new Set(text.match(metric));
    named.delete('kafka_exporter');
    ok(named.size > 5, file);
    for (const name of named) ok(types.has(name), `${file}: ${name}`);
  }
});

test('the dashboard is JSON whose panels all ask for something, and the page names every metric', async (t) => {
  const page = readFileSync(new URL('../../../docs/MONITORING.md', import.meta.url), 'utf8');
  const dashboard = JSON.parse(
    readFileSync(
      new URL('../../../docs/monitoring/grafana-dashboard.json', import.meta.url),
      'utf8',
    ),
  ) as { panels: { title: string; type: string; targets?: { expr: string }[] }[] };
  for (const { title, type, targets = [] } of dashboard.panels) {
    if (type !== 'row') ok(targets.length > 0, title);
  }
  const { url } = await started(t, {});
  for (const name of (await scrape(url)).types.keys()) ok(page.includes(`\`${name}\``), name);
});
