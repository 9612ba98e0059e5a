import type { NetworkPartition } from '../../faults/cuts.ts';
import type { TransferablePort } from '../../runtime/node/node-message-port.ts';
import type { ErrorImage } from '../../util/error-image.ts';
import type { LogFields, Logger } from '../../util/logger.ts';
import type { MemberAddress } from './cluster-member.ts';

/** What the thread of a broker is started with. */
export interface BrokerThreadData {
  readonly nodeId: number;
  readonly values: ReadonlyMap<string, string>;
  /** Absolute; undefined for memory of its own. */
  readonly directory: string | undefined;
  readonly temporary: boolean;
  readonly unref: boolean;
  readonly storeTimeoutMs: number;
  /** `PortOwners` of the cluster. */
  readonly owners: SharedArrayBuffer;
  /** One int32: how often the thread that stood still was let go. */
  readonly letGone: SharedArrayBuffer;
  readonly partition: NetworkPartition | undefined;
  /** To the store. */
  readonly storePort: TransferablePort;
  /** To the cluster's owner. */
  readonly port: TransferablePort;
  /** Of the module for heavy work. */
  readonly workerUrl: string;
}

/** To the thread of a broker. */
export type ToBrokerThread =
  | { readonly kind: 'partition'; readonly partition: NetworkPartition | undefined }
  | { readonly kind: 'stand still'; readonly time: number }
  | { readonly kind: 'reached'; readonly id: number; readonly revision: number }
  | { readonly kind: 'retire' }
  | { readonly kind: 'stop'; readonly discard: boolean };

/** From it. */
export type FromBrokerThread =
  | {
      readonly kind: 'started';
      readonly address: MemberAddress;
      readonly consoleUrl: string | undefined;
    }
  | { readonly kind: 'failed'; readonly error: ErrorImage }
  | { readonly kind: 'standing still'; readonly time: number }
  | { readonly kind: 'has reached'; readonly id: number }
  | { readonly kind: 'retired' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'defect'; readonly error: ErrorImage }
  | {
      readonly kind: 'log';
      readonly level: keyof Logger;
      readonly event: string;
      readonly fields: LogFields | undefined;
    };
