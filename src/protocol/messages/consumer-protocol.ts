import { array, bytes, data, int32, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * What a consumer tells its group in JoinGroup: its topics and, for cooperative and sticky assignors,
 * what it owns (version 1, KIP-429), in which generation (2, KIP-792), and its rack (3, KIP-881). An
 * int16 with the version stands in front.
 */
export const consumerProtocolSubscription = data(
  { name: 'ConsumerProtocolSubscription', versions: '0-3' },
  {
    topics: array(string()),
    userData: bytes({ nullable: true, default: null }),
    ownedPartitions: array(struct({ topic: string(), partitions: array(int32()) }), {
      versions: '1+',
      ignorable: true,
    }),
    generationId: int32({ versions: '2+', default: -1, ignorable: true }),
    rackId: string({ versions: '3+', nullable: true, default: null, ignorable: true }),
  },
);

/** What `consumerProtocolSubscription` decodes to. */
export interface ConsumerProtocolSubscription extends Infer<typeof consumerProtocolSubscription> {}

/**
 * What the leader of a classic consumer group assigns to a member. An int16 with the version stands in
 * front. All versions are alike.
 */
export const consumerProtocolAssignment = data(
  { name: 'ConsumerProtocolAssignment', versions: '0-3' },
  {
    assignedPartitions: array(struct({ topic: string(), partitions: array(int32()) })),
    userData: bytes({ nullable: true, default: null }),
  },
);

/** What `consumerProtocolAssignment` decodes to. */
export interface ConsumerProtocolAssignment extends Infer<typeof consumerProtocolAssignment> {}
