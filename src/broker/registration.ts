import type { EndPoint } from '../config/listeners.ts';
import type { BrokerConfig } from '../config/broker-config.ts';
import type { Registration } from '../controller/register-broker.ts';
import type { ListenerImage } from '../metadata/image.ts';
import type { Files } from '../runtime/runtime.ts';
import { unknownId } from '../storage/directory-id.ts';
import type { DirectoriesBefore } from '../storage/log-manager-options.ts';
import type { LogManager } from '../storage/log-manager.ts';
import { must } from '../util/assert.ts';
import { OdradekError } from '../util/odradek-error.ts';
import type { BoundListener } from './listeners.ts';

/** What there is to say of a broker when it starts. */
export type OwnRegistration = Omit<Registration, 'nodeId' | 'leaseId' | 'alone' | 'hostName'>;

/** What there is to say of its logs alone. */
type OwnLogs = Pick<Registration, 'cleanEpoch' | 'directoryIds' | 'bootId' | 'folder'>;

/** What log directories say to whether they have everything that was written in the life before. */
export function ownLogs(directories: DirectoriesBefore, files: Files): OwnLogs {
  return {
    // Of one that cannot be read nobody knows the id.
    directoryIds: directories.directoryIds().filter((id) => id !== unknownId),
    bootId: files.bootId() ?? '',
    folder: directories
      .onlinePaths()
      .map((path) => inodeOf(path, files))
      .join(' '),
    cleanEpoch: directories.cleanEpoch(),
  };
}

/** What a broker that starts says of itself and of its logs. */
export function ownRegistration(
  {
    config,
    listeners,
    figuresSecret,
  }: {
    config: BrokerConfig;
    listeners: readonly ListenerImage[];
    figuresSecret: string;
  },
  { logManager, files }: { logManager: LogManager; files: Files },
): OwnRegistration {
  return {
    rack: config.brokerRack ?? null,
    clusterId: logManager.clusterId,
    ...ownLogs(logManager, files),
    listeners,
    figuresSecret,
  };
}

function inodeOf(path: string, files: Files): string {
  try {
    return files.stat(path)?.inode ?? '';
  } catch (error) {
    if (error instanceof OdradekError) return '';
    throw error;
  }
}

/** Where clients are told to go: `advertised.listeners`, a port of 0 being the one that was bound. */
export function advertisedAddresses(
  advertised: readonly EndPoint[],
  bound: readonly BoundListener[],
): ListenerImage[] {
  return advertised.map(({ name, securityProtocol, host, port }) => {
    const listener = bound.find(({ endPoint }) => endPoint.name === name);
    const from = must(listener, 'every advertised listener is bound');
    return {
      name,
      securityProtocol,
      host: host === '' ? reachableHost(from.host) : host,
      port: port === 0 ? from.port : port,
    };
  });
}

/** A name for a listener on every interface that works on this machine at least. */
function reachableHost(boundHost: string): string {
  return boundHost === '::' || boundHost === '0.0.0.0' || boundHost === ''
    ? 'localhost'
    : boundHost;
}
