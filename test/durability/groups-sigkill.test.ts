/**
 * Goal: offsets whose commit was acknowledged survive the broker's SIGKILL, and never go back.
 * Method: a broker in a process of its own; several clients commit one offset after the other, each for a group
 * and partitions of its own, and keep what is acknowledged. The process is killed in the midst, and started
 * again on the folder: each group has what was acknowledged last, or what was on its way then. Three times
 * over, on the same folder.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  findCoordinatorRequest,
  findCoordinatorResponse,
} from '../../src/protocol/messages/find-coordinator.ts';
import { metadataRequest, metadataResponse } from '../../src/protocol/messages/metadata.ts';
import {
  offsetCommitRequest,
  offsetCommitResponse,
} from '../../src/protocol/messages/offset-commit.ts';
import {
  offsetFetchRequest,
  offsetFetchResponse,
} from '../../src/protocol/messages/offset-fetch.ts';
import { RawConnection } from '../broker/raw-connection.ts';
import { startBrokerProcess, type BrokerProcess } from './broker-process.ts';

const topic = 'read';
const clientCount = 4;
const kills = 3;
const acknowledgedPerKill = 1000;
const folder = mkdtempSync(join(tmpdir(), 'odradek-groups-sigkill-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What a group has committed. */
interface Progress {
  acknowledged: number;
  sent: number;
}

function connect(broker: BrokerProcess): Promise<RawConnection> {
  const [host = '', port] = broker.address.split(':');
  return RawConnection.open({ host, port: Number(port) });
}

/** Commits through a connection of its own until the broker is gone. */
async function commitUntilKilled(
  broker: BrokerProcess,
  groupId: string,
  progress: Progress,
  onAcknowledged: () => void,
): Promise<void> {
  const connection = await connect(broker);
  try {
    for (;;) {
      progress.sent++;
      const committed = { committedOffset: progress.sent, committedMetadata: `${progress.sent}` };
      const { topics } = await connection.call(offsetCommitRequest, offsetCommitResponse, 8, {
        groupId,
        topics: [{ name: topic, partitions: [{ partitionIndex: 0, ...committed }] }],
      });
      assert.equal(topics[0]?.partitions[0]?.errorCode, 0);
      progress.acknowledged = progress.sent;
      onAcknowledged();
    }
  } catch (error) {
    assert.match(String(error), /the broker closed the connection/);
  } finally {
    connection.close();
  }
}

async function checkProgress(broker: BrokerProcess, groups: Map<string, Progress>): Promise<void> {
  const connection = await connect(broker);
  for (const [groupId, progress] of groups) {
    const { groups: answers } = await connection.call(offsetFetchRequest, offsetFetchResponse, 8, {
      groups: [{ groupId, topics: [{ name: topic, partitionIndexes: [0] }] }],
    });
    const partition = answers[0]?.topics[0]?.partitions[0];
    const offset = partition?.committedOffset ?? -1;
    assert.ok(
      offset >= progress.acknowledged && offset <= progress.sent,
      `${groupId} has ${offset}, acknowledged ${progress.acknowledged}, sent ${progress.sent}`,
    );
    assert.equal(partition?.metadata, `${offset}`);
    progress.acknowledged = offset;
    progress.sent = offset;
  }
  connection.close();
}

test(`after each of ${kills} kills every group has the offset that was acknowledged last`, async (t) => {
  const groups = new Map<string, Progress>();
  for (let i = 0; i < clientCount; i++) groups.set(`group ${i}`, { acknowledged: 0, sent: 0 });
  let broker = await startBrokerProcess({ folder });
  const first = await connect(broker);
  await first.call(metadataRequest, metadataResponse, 9, {
    topics: [{ name: topic }],
    allowAutoTopicCreation: true,
  });
  await first.call(findCoordinatorRequest, findCoordinatorResponse, 4, {
    keyType: 0,
    coordinatorKeys: ['group 0'],
  });
  first.close();
  for (let kill = 0; kill < kills; kill++) {
    let acknowledged = 0;
    const enough = Promise.withResolvers<void>();
    const commits = [...groups].map(([groupId, progress]) =>
      commitUntilKilled(broker, groupId, progress, () => {
        acknowledged++;
        if (acknowledged === acknowledgedPerKill) enough.resolve();
      }),
    );
    await enough.promise;
    await broker.kill();
    await Promise.all(commits);
    broker = await startBrokerProcess({ folder });
    await checkProgress(broker, groups);
    t.diagnostic(`kill ${kill}: ${acknowledged} commits acknowledged`);
  }
  await broker.kill();
});
