import assert from 'node:assert/strict';
import { after } from 'node:test';
import { parseEtcdAddress } from '../../../src/metadata/etcd/etcd-address.ts';
import { EtcdStore, type EtcdStoreOptions } from '../../../src/metadata/etcd/etcd-store.ts';
import { createNodeHttp } from '../../../src/runtime/node/node-http.ts';
import { createNodeRuntime } from '../../../src/runtime/node/node-runtime.ts';
import { silentLogger, type Logger } from '../../../src/util/logger.ts';
import type { StoreWorld } from '../store-contract.ts';

const runtime = createNodeRuntime();
const http = createNodeHttp({ unref: false });

/** What a test that failed has left open is not to keep its process alive. */
const opened: EtcdStore[] = [];
after(async () => {
  for (const store of opened) await store.close();
});

/** A store in the etcd of `address`, such as `etcd://127.0.0.1:2379/one`. */
export function openEtcdStore(
  address: string,
  options: Partial<EtcdStoreOptions> = {},
  logger: Logger = silentLogger,
): EtcdStore {
  const { endpoints, namespace } = parseEtcdAddress('address', address);
  const store = new EtcdStore(
    {
      endpoints,
      namespace,
      firstIndex: 0,
      tls: undefined,
      user: undefined,
      timeoutMs: 10_000,
      pingIntervalMs: 1000,
      messageBytesMax: 16 * 1024 * 1024,
      ownPrefix: 'own/',
      historyMs: 0,
      ...options,
    },
    { ...runtime, http, logger },
  );
  opened.push(store);
  return store;
}

/** Waits until something is so, by asking again; fails after a minute. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 3000; tries++) {
    if (await isSo()) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
  assert.fail('it never was so');
}

/** The world of a store in a real etcd, whose time is real. */
export function realWorld(store: EtcdStore): StoreWorld {
  return {
    store,
    finish: (promise) => promise,
    until,
    pass: async () => false,
  };
}
