import { encodeValue, imageKeys } from '../metadata/image-keys.ts';
import type { ClusterImage } from '../metadata/image.ts';
import type { Decision } from './decision.ts';

/** Ids in a block, as Apache's. */
const producerIdBlockCount = 1000;

/** Ids `[firstProducerId, firstProducerId + count)`, given to one broker and to no other, ever. */
export interface ProducerIdBlock {
  readonly firstProducerId: number;
  readonly count: number;
}

/**
 * The first id to give out where another broker has given out ids before, of which `highestProducerId` is the
 * greatest that is known, -1 where none is. The rest of its block may be in use too, and a block that was
 * taken since may not have been seen in a log yet.
 */
export function producerIdBehind(highestProducerId: number): number {
  return (Math.floor(highestProducerId / producerIdBlockCount) + 2) * producerIdBlockCount;
}

/**
 * Takes the next block of producer ids (KIP-730). What a broker does not use of a block before it stops is
 * never given out.
 */
export function decideProducerIdBlock(image: ClusterImage): Decision<ProducerIdBlock> {
  const firstProducerId = image.nextProducerId;
  const change = {
    key: imageKeys.producerIds,
    value: encodeValue({ nextProducerId: firstProducerId + producerIdBlockCount }),
    ifRevision: image.nextProducerIdRevision,
  };
  return {
    changes: { prepare: [], publish: [change], tidy: [] },
    results: [{ firstProducerId, count: producerIdBlockCount }],
  };
}
