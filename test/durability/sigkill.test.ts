/**
 * Goal: what a broker has acknowledged survives its SIGKILL, at any moment.
 * Method: a broker in a process of its own, on a real folder; several clients write with acks=all into several
 * partitions, one record after the other behind the last, and keep what is acknowledged. The process is killed
 * in the midst, and started again on the folder. Then everything is read: each acknowledged record stands at its
 * offset, each offset has a record that was sent, whole, and behind the acknowledged ones stand none but those
 * that were on their way. Three times over, on the same folder.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Client, createClient } from '../../src/client/client.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { hasCode } from '../../src/util/odradek-error.ts';
import { type BrokerProcess, startBrokerProcess } from './broker-process.ts';

const topic = 'killed';
const partitions = 4;
const clientCount = 3;
const kills = 3;
const acknowledgedPerKill = 1500;
/** Before any kill counts: fewer would prove too little. */
const acknowledgedMin = 1000;
const { network, clock, timers, random, background } = createNodeRuntime({ unref: true });
const folder = mkdtempSync(join(tmpdir(), 'odradek-sigkill-'));
after(async () => {
  await background.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Values by partition: those acknowledged by offset, and all that were ever sent. */
interface Ledger {
  readonly acknowledged: Map<number, string>[];
  readonly sent: Set<string>[];
}

function connect(broker: BrokerProcess): Client {
  return createClient(
    { bootstrapServers: broker.address, clientId: 'killer', operationTimeoutMs: 5000 },
    { network, clock, timers, random },
  );
}

/** A value that shows when a part of it is missing or another's. */
function valueOf(name: string): string {
  return `${name}|${'x'.repeat(name.length * 53)}|${name}`;
}

/** Writes through a client of its own until the broker is gone. */
async function writeUntilKilled(
  broker: BrokerProcess,
  name: string,
  ledger: Ledger,
  onAcknowledged: () => void,
): Promise<void> {
  const client = connect(broker);
  // Not sent again: what is not acknowledged by this broker was on its way when it was killed.
  const producer = client.producer({ acks: 'all', lingerMs: 0, deliveryTimeoutMs: 500 });
  const lines = Array.from({ length: 16 }, async (_, line) => {
    const partition = line % partitions;
    for (let i = 0; ; i++) {
      const value = valueOf(`${name}/${line}/${i}`);
      ledger.sent[partition]?.add(value);
      const { offset } = await producer.send({ topic, partition, value: Buffer.from(value) });
      ledger.acknowledged[partition]?.set(offset, value);
      onAcknowledged();
    }
  });
  const outcomes = await Promise.allSettled(lines);
  for (const outcome of outcomes) {
    assert.equal(outcome.status, 'rejected');
    const { reason } = outcome as PromiseRejectedResult;
    const isGone = hasCode(reason, 'TIMED_OUT') || hasCode(reason, 'CONNECTION_CLOSED');
    assert.ok(isGone || hasCode(reason, 'CONNECTION_FAILED'), String(reason));
  }
  producer.closeNow();
  client.close();
}

async function readAll(broker: BrokerProcess): Promise<string[][]> {
  const client = connect(broker);
  const values: string[][] = Array.from({ length: partitions }, () => []);
  const consumer = await client.consumer({
    ranges: values.map((_, partition) => ({
      topic,
      partition,
      from: { at: 'beginning' },
      until: { at: 'end' },
    })),
  });
  for await (const records of consumer.records()) {
    for (const { partition, offset, value } of records) {
      assert.equal(offset, values[partition]?.length, 'offsets have no gap');
      values[partition]?.push(Buffer.from(value ?? []).toString());
    }
  }
  client.close();
  return values;
}

/** How many records stand behind the last one that was acknowledged. */
function checkPartition(
  values: readonly string[],
  acknowledged: ReadonlyMap<number, string>,
  sent: ReadonlySet<string>,
): number {
  for (const [offset, value] of acknowledged) assert.equal(values[offset], value);
  assert.equal(new Set(values).size, values.length, 'no record is there twice');
  for (const value of values) assert.ok(sent.has(value), `a record that nobody sent: ${value}`);
  const lastAcknowledged = Math.max(-1, ...acknowledged.keys());
  return values.length - 1 - lastAcknowledged;
}

test('a broker that is killed while clients write has every acknowledged record at its offset, and nothing torn', async () => {
  const ledger: Ledger = {
    acknowledged: Array.from({ length: partitions }, () => new Map<number, string>()),
    sent: Array.from({ length: partitions }, () => new Set<string>()),
  };
  let broker = await startBrokerProcess({ folder });
  await connect(broker).admin.createTopic({ name: topic, partitions });
  for (let kill = 0; kill < kills; kill++) {
    let count = 0;
    const enough = Promise.withResolvers<void>();
    const onAcknowledged = (): void => {
      if (++count === acknowledgedPerKill) enough.resolve();
    };
    const writing = Array.from({ length: clientCount }, (_, i) =>
      writeUntilKilled(broker, `${kill}/${i}`, ledger, onAcknowledged),
    );
    await enough.promise;
    await broker.kill();
    await Promise.all(writing);
    assert.ok(count >= acknowledgedMin, `${count} records were acknowledged`);

    broker = await startBrokerProcess({ folder });
    const values = await readAll(broker);
    const inFlight = values.map((found, partition) =>
      checkPartition(
        found,
        ledger.acknowledged[partition] ?? new Map(),
        ledger.sent[partition] ?? new Set(),
      ),
    );
    const inFlightMax = 16 * clientCount;
    const total = inFlight.reduce((sum, records) => sum + records, 0);
    assert.ok(total <= inFlightMax, `${total} records behind those that were acknowledged`);
    console.log(
      `kill ${kill + 1}: ${count} acknowledged, ${total} more were on their way, all in order`,
    );
    // What is there now counts from here on: it must not change any more.
    for (const [partition, found] of values.entries()) {
      for (const [offset, value] of found.entries())
        ledger.acknowledged[partition]?.set(offset, value);
    }
  }
  await broker.kill();
});
