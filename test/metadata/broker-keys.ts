import { encodeValue, imageKeys } from '../../src/metadata/image-keys.ts';
import type { BrokerValue } from '../../src/metadata/image-keys.ts';

/** A registration, and whether its process is there. */
export interface TestRegistration extends Partial<BrokerValue> {
  readonly live?: boolean;
}

/** The keys of a broker that has been admitted and is live, but for what is given. */
export function brokerKeys(
  nodeId: number,
  { live = true, ...given }: TestRegistration = {},
): { readonly key: string; readonly value: Uint8Array }[] {
  const value: BrokerValue = {
    epoch: 1,
    rack: null,
    listeners: [],
    fenced: false,
    stopping: false,
    directoryIds: [],
    awaitedDirectoryIds: [],
    hostName: '',
    bootId: '',
    folder: '',
    figuresSecret: '',
    leaseId: '',
    uncleanShutdown: false,
    ...given,
  };
  const registration = { key: imageKeys.broker(nodeId), value: encodeValue(value) };
  const process = { key: imageKeys.live(nodeId), value: encodeValue({ epoch: value.epoch }) };
  return live ? [registration, process] : [registration];
}
