import { resolve } from 'node:path';
import type { BrokerConfig } from '../../config/broker-config.ts';
import { openEmbeddedStore } from '../../metadata/embedded/embedded-store.ts';
import type { MetadataStore } from '../../metadata/store.ts';
import { createMemoryFiles } from '../../runtime/memory-files.ts';
import {
  makeTemporaryDirectory,
  removeAbandonedDirectories,
  removeTemporaryDirectory,
} from '../../runtime/node/temporary-directory.ts';
import type { DirectoryLock, Files, Runtime } from '../../runtime/runtime.ts';
import { lockDataDirectory } from '../../storage/lock-directory.ts';
import type { Logger } from '../../util/logger.ts';
import { clusterBrokerName, clusterMetadataName, refuseBrokerFolder } from '../cluster-folder.ts';
import type { ClusterOptions } from '../cluster-api.ts';

/** Where a cluster keeps its data, and what becomes of that when it stops. */
export interface ClusterStorage {
  /** The folder of a broker, absolute. */
  directoryOf(nodeId: number): string;
  /** The files of a broker, which outlive its process. */
  filesOf(nodeId: number): Files;
  readonly inMemory: boolean;
  readonly temporary: boolean;
  readonly store: MetadataStore;
  /** Closes the store, gives the lock back and takes away what must not outlive the cluster. Never fails. */
  close(): Promise<void>;
}

/** What it stands on. */
export interface ClusterStorageModules {
  readonly runtime: Runtime;
  readonly logger: Logger;
}

const memoryDirectory = '/odradek';

/** Takes the folder of a cluster and opens the store in it. Fails as `openEmbeddedStore` and locks do. */
export async function openClusterStorage(
  { storage, dataDir }: Pick<ClusterOptions, 'storage' | 'dataDir'>,
  config: BrokerConfig,
  { runtime, logger }: ClusterStorageModules,
): Promise<ClusterStorage> {
  const inMemory = storage === 'memory';
  const temporary = inMemory || dataDir === undefined;
  const memoryFiles = (): Files =>
    createMemoryFiles({ budgetBytes: config.memoryStorageBytes, clock: runtime.clock });
  const files = inMemory ? memoryFiles() : runtime.files;
  const root = inMemory
    ? memoryDirectory
    : dataDir === undefined
      ? makeTemporaryDirectory()
      : resolve(dataDir);
  if (temporary && !inMemory) void removeAbandonedDirectories(files, root).catch(() => {});
  const taken: DirectoryLock[] = [];
  const release = async (): Promise<void> => {
    for (const lock of taken) await lock.release();
    if (temporary && !inMemory) await removeTemporaryDirectory(root);
  };
  try {
    taken.push(await lockDataDirectory(files, root));
    refuseBrokerFolder(files, root);
    const directory = files.join(root, clusterMetadataName);
    taken.push(await lockDataDirectory(files, directory));
    const store = await openEmbeddedStore(
      {
        directory,
        temporary,
        journalBytesMax: config.metadataJournalBytes,
        historyCommitsMax: config.metadataHistoryCommits,
      },
      { files, timers: runtime.timers, logger },
    );
    const filesByNode = new Map<number, Files>();
    return {
      inMemory,
      temporary,
      store,
      directoryOf: (nodeId) => files.join(root, clusterBrokerName(nodeId)),
      filesOf(nodeId) {
        const own = filesByNode.get(nodeId) ?? (inMemory ? memoryFiles() : files);
        filesByNode.set(nodeId, own);
        return own;
      },
      async close() {
        await store.close();
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}
