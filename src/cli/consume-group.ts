import type { Client } from '../client/client.ts';
import type { ConsumedRecord } from '../client/client-records.ts';
import type { CliContext } from './cli-context.ts';
import type { ConsumePlan, Reading } from './consume-plan.ts';
import { isPattern } from '../util/wildcards.ts';
import { isMeant } from './topic-patterns.ts';

/** What was printed is committed about as often. */
const commitEveryMs = 1000;
/** A new topic or partition is read within about this time. */
const lookEveryMs = 1000;
/** A rebalance begins when a member hears of it by a heartbeat: people who start another one wait for that. */
const heartbeatIntervalMs = 1000;
/** Who does not take what is printed for so long holds up the group no longer. */
const maxPollIntervalMs = 60_000;

/** Reads as a member of `groupId`. */
export function openGroupReading(
  client: Client,
  groupId: string,
  plan: ConsumePlan,
  context: CliContext,
): Reading {
  const { topics, isFollowing } = plan;
  const consumer = client.groupConsumer({
    groupId,
    protocol: plan.groupProtocol,
    instanceId: plan.instanceId,
    topics: topics.some(isPattern) ? (name) => isMeant(name, topics) : topics,
    from: plan.from,
    until: plan.until,
    isolation: plan.isolation,
    mergeByTime: true,
    autoCommitIntervalMs: commitEveryMs,
    topicsRefreshMs: lookEveryMs,
    heartbeatIntervalMs,
    maxPollIntervalMs,
    // One that was named is missed; those of a pattern come and go.
    mayBeDeleted: (topic) => !topics.includes(topic),
    // Whoever follows wants to go on when the broker is back.
    ...(isFollowing ? { giveUpAfterMs: 0 } : {}),
  });
  let isStopped = false;
  async function* records(): AsyncGenerator<readonly ConsumedRecord[], void> {
    yield* consumer.records();
    if (isStopped || consumer.hasHadPartitions) return;
    context.err.write(
      `The other members of group ${groupId} have all partitions: none was left.\n`,
    );
  }
  return {
    get offsetCount() {
      return consumer.offsetCount;
    },
    records,
    processed: (batch) => consumer.processed(batch),
    stop: () => {
      isStopped = true;
      consumer.stop();
    },
  };
}
