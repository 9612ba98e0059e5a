import type { BrokerConfig } from '../config/broker-config.ts';
import type { MetadataStoreConfig } from '../config/metadata-store-config.ts';
import { invalidConfig } from '../config/invalid-config.ts';
import {
  embeddedStoreFiles,
  hasEmbeddedStore,
  openEmbeddedStore,
} from '../metadata/embedded/embedded-store.ts';
import { isEtcdAddress, parseEtcdAddress } from '../metadata/etcd/etcd-address.ts';
import { metadataPrefix } from '../metadata/image-keys.ts';
import type { MetadataStore } from '../metadata/store.ts';
import type { TlsOptions } from '../runtime/http.ts';
import type { Files, Runtime } from '../runtime/runtime.ts';
import type { LogManager } from '../storage/log-manager.ts';
import { must } from '../util/assert.ts';
import type { Logger } from '../util/logger.ts';
import { hasCode } from '../util/odradek-error.ts';
import { refuseClusterFolder } from './cluster-folder.ts';
import { ifReadable } from './if-readable.ts';
import {
  noteMetadataDirectory,
  takeMetadataDirectory,
  type MetadataPlace,
} from './metadata-directory.ts';

/** What stores are opened with. */
export interface OpenStoreModules {
  readonly runtime: Runtime;
  readonly logger: Logger;
}

/** Where a broker of this configuration has its directories. */
export interface StorePlace extends MetadataPlace {
  /** Nothing is ever synced to disk. */
  readonly temporary: boolean;
}

/** A store that is open. Its owner closes it, and lets go of it behind that. */
export interface OpenedStore {
  readonly store: MetadataStore;
  /** Whether other brokers may be using it. */
  readonly isShared: boolean;
  /** The file by which a log directory says that its metadata is in such a store; undefined where none does. */
  readonly marker: string | undefined;
  /**
   * The last step of a start: notes in the log directories where their metadata is. One that fails before may have
   * begun a journal that it takes away again.
   */
  readonly claim: (logs: LogManager) => Promise<void>;
  /** Lets go of its directory. With `discardNew`, for a start that fails, it goes where this start has made it. */
  readonly release: (options: { readonly discardNew: boolean }) => Promise<void>;
}

const storeKey = 'odradek.metadata.store';
/** In a log directory: the metadata of what is in it is in the etcd that the file names. */
const markerName = 'odradek-metadata.etcd';
/** What stores have in log directories, which are no logs. */
export const storeFiles: readonly string[] = [...embeddedStoreFiles, markerName];
/** How often a connection to etcd that only listens is asked whether it is there; etcd allows every 5 s. */
const pingIntervalMs = 10_000;

/**
 * Opens the store that `odradek.metadata.store` names. An etcd is not asked anything yet. Throws
 * `INVALID_CONFIG` for an address or a file that is none, or where the metadata of these directories is
 * elsewhere; and as the stores and `Files` do.
 */
export async function openStore(
  place: StorePlace,
  config: BrokerConfig,
  modules: OpenStoreModules,
): Promise<OpenedStore> {
  const { address } = config.metadataStore;
  if (isEtcdAddress(address)) {
    refuseJournal(place, modules.runtime.files);
    return {
      store: await openEtcd(config.metadataStore, modules),
      isShared: true,
      marker: markerIn(place, modules.runtime.files),
      claim: async (logs) => mark(logs, address, modules.runtime.files),
      release: () => Promise.resolve(),
    };
  }
  if (address !== 'embedded') parseEtcdAddress(storeKey, address);
  const { runtime, logger } = modules;
  refuseMarked(place, runtime.files);
  ifReadable(() => refuseClusterFolder(runtime.files, place));
  const directory = await takeMetadataDirectory(place, runtime.files);
  try {
    const store = await openEmbeddedStore(
      {
        directory: place.metadataDirectory,
        temporary: place.temporary,
        journalBytesMax: config.metadataJournalBytes,
        historyCommitsMax: config.metadataHistoryCommits,
      },
      { ...runtime, logger },
    );
    return {
      store,
      isShared: false,
      marker: undefined,
      claim: async (logs) => {
        if (place.temporary) return;
        const { metadataDirectory } = place;
        const directories = logs.onlinePaths();
        const identity = { clusterId: logs.clusterId, nodeId: config.nodeId };
        await noteMetadataDirectory({ metadataDirectory, directories }, identity, {
          ...runtime,
          logger,
        });
      },
      release: (options) => directory.release(options),
    };
  } catch (error) {
    await directory.release({ discardNew: true });
    throw error;
  }
}

/** A store that is the caller's choice, and that other brokers use too. */
export function sharedStore(store: MetadataStore): OpenedStore {
  const nothing = (): Promise<void> => Promise.resolve();
  return { store, isShared: true, marker: undefined, claim: nothing, release: nothing };
}

/** With etcd the broker would come up without the topics that are in the journal. */
function refuseJournal({ metadataDirectory, directories }: MetadataPlace, files: Files): void {
  const found = [metadataDirectory, ...directories].find((directory) =>
    ifReadable(() => hasEmbeddedStore(files, directory)),
  );
  if (found === undefined) return;
  const expected = `embedded, for the metadata of this broker is in a journal in ${found}; with etcd, take another directory`;
  throw invalidConfig(storeKey, 'etcd', expected);
}

/**
 * With a journal of its own, the broker would take what is in its directories for topics of a cluster that
 * begins, without their configs, and lead partitions that others lead.
 */
function refuseMarked(place: MetadataPlace, files: Files): void {
  const marked = markerIn(place, files);
  if (marked === undefined) return;
  const store = new TextDecoder().decode(files.readFile(marked)).trim();
  const expected = `${store}, where the metadata of this broker is, or that etcd by another address (${marked} says so)`;
  throw invalidConfig(storeKey, 'embedded', expected);
}

function markerIn({ directories }: MetadataPlace, files: Files): string | undefined {
  const paths = directories.map((directory) => files.join(directory, markerName));
  return paths.find((path) => ifReadable(() => files.stat(path) !== undefined));
}

function mark(logs: LogManager, address: string, files: Files): void {
  const content = new TextEncoder().encode(`${address}\n`);
  for (const directory of logs.onlinePaths()) {
    const path = files.join(directory, markerName);
    ifReadable(() => {
      const isNew = files.stat(path) === undefined;
      if (isNew || String(files.readFile(path)) !== String(content))
        files.replaceFile(path, content);
    });
  }
}

async function openEtcd(
  config: MetadataStoreConfig,
  { runtime, logger }: OpenStoreModules,
): Promise<MetadataStore> {
  // Few brokers need it.
  const { EtcdStore } = await import('../metadata/etcd/etcd-store.ts');
  const { endpoints, namespace, isSecure } = parseEtcdAddress(storeKey, config.address);
  const http = must(runtime.http, 'a simulation has no etcd');
  const { files, random } = runtime;
  return new EtcdStore(
    {
      endpoints,
      namespace,
      // Brokers that start together spread over its members.
      firstIndex: random.below(endpoints.length),
      tls: tlsOptions(config, isSecure, files),
      user: userOf(config, files),
      timeoutMs: config.timeoutMs,
      pingIntervalMs,
      messageBytesMax: config.answerBytesMax,
      ownPrefix: `${metadataPrefix}store/`,
      historyMs: config.historyMs,
    },
    { ...runtime, http, logger },
  );
}

function userOf(
  { user, password, passwordFile }: MetadataStoreConfig,
  files: Files,
): { name: string; password: string } | undefined {
  if (user === undefined) return undefined;
  const key = 'odradek.metadata.password.file';
  // An editor ends the last line too.
  const fromFile = textOf(key, passwordFile, files)?.replace(/\r?\n$/, '');
  return { name: user, password: fromFile ?? password ?? '' };
}

function tlsOptions(
  config: MetadataStoreConfig,
  isSecure: boolean,
  files: Files,
): TlsOptions | undefined {
  const { tlsCaFile, tlsCertificateFile, tlsKeyFile, tlsKeyPassword } = config;
  if (!isSecure) {
    // Whoever names certificates must not be found talking in the clear.
    if (tlsCaFile === undefined && tlsCertificateFile === undefined) return undefined;
    throw invalidConfig(storeKey, 'etcd://…', 'etcds://, for there are odradek.metadata.tls keys');
  }
  return {
    ca: textOf('odradek.metadata.tls.ca.file', tlsCaFile, files),
    certificate: textOf('odradek.metadata.tls.certificate.file', tlsCertificateFile, files),
    key: textOf('odradek.metadata.tls.key.file', tlsKeyFile, files),
    keyPassword: tlsKeyPassword,
  };
}

function textOf(key: string, path: string | undefined, files: Files): string | undefined {
  if (path === undefined) return undefined;
  try {
    return new TextDecoder().decode(files.readFile(path));
  } catch (error) {
    if (!hasCode(error, 'FILE_NOT_FOUND')) throw error;
    throw invalidConfig(key, path, 'a file that is there');
  }
}
