/*
 * Goal: a copy of a broker's folder is not taken for the folder, by whoever starts it on the same machine.
 * Method: brokers on real files with one store of their own; the folder of one that runs is copied.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { RunningBroker } from '../../src/broker/broker.ts';
import {
  quickSimulatedStore,
  SimulatedStore,
} from '../../src/metadata/simulated/simulated-store.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { brokerValues } from './simulated-broker.ts';

const skip = process.platform === 'win32';

test(
  'a copied folder on the same machine waits until the lease of the original’s process ends',
  { skip },
  async (t) => {
    const root = mkdtempSync(join(tmpdir(), 'odradek-copied-'));
    t.after(() => rmSync(root, { recursive: true, force: true }));
    const store = new SimulatedStore(quickSimulatedStore, createNodeRuntime());
    t.after(() => store.close());
    const start = (folder: string): Promise<RunningBroker> => {
      const directory = join(root, folder);
      const values = brokerValues({
        'node.id': 1,
        listeners: 'PLAINTEXT://127.0.0.1:0',
        'advertised.listeners': 'PLAINTEXT://127.0.0.1:0',
        'broker.session.timeout.ms': 2000,
        'initial.broker.registration.timeout.ms': 1000,
      });
      return RunningBroker.start(
        { values, directories: [directory], metadataDirectory: directory, temporary: false },
        { runtime: createNodeRuntime(), logger: silentLogger, store: store.client(folder) },
      );
    };
    const original = await start('original');
    const { epoch } = original.metadata.image.brokers.get(1) ?? {};
    cpSync(join(root, 'original'), join(root, 'copy'), {
      recursive: true,
      preserveTimestamps: true,
    });
    await assert.rejects(start('copy'), { code: 'TIMED_OUT' });
    assert.equal(original.metadata.image.brokers.get(1)?.epoch, epoch, 'nobody took its place');
    assert.ok(original.mayLead);
    await original.stop();
    // Whose process is gone is replaced, by whatever folder.
    await (await start('copy')).stop();
  },
);
