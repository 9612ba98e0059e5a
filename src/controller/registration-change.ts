import { encodeValue, imageKeys } from '../metadata/image-keys.ts';
import type { BrokerValue } from '../metadata/image-keys.ts';
import type { BrokerImage } from '../metadata/image.ts';
import type { GuardedChange } from '../metadata/plan-commits.ts';

/** The change of a registration that is still as it was, and whose process is. */
export function registrationChange(
  broker: BrokerImage,
  change: Partial<BrokerValue>,
): GuardedChange {
  const {
    nodeId,
    admitted,
    live: _live,
    liveRevision,
    fenced: _fenced,
    revision,
    ...said
  } = broker;
  return {
    key: imageKeys.broker(nodeId),
    value: encodeValue({ ...said, fenced: !admitted, ...change }),
    ifRevision: revision,
    owner: { key: imageKeys.live(nodeId), revision: liveRevision },
  };
}
