import { setTimeout as sleep } from 'node:timers/promises';

/** How a member of a group takes part in it. */
export interface MemberOptions {
  readonly bootstrapServers: string;
  readonly groupId: string;
  /** What it subscribes to. One that begins with `^` is a regular expression, where the client has them. */
  readonly topics: readonly string[];
  readonly protocol: 'classic' | 'consumer';
  /** By the client's name for it, or the broker's (`consumer`); the first of either unless given. */
  readonly assignor?: string | undefined;
  /** `group.instance.id` of a static member. */
  readonly instanceId?: string | undefined;
  /** Of the classic protocol; in the other one it is the broker's affair. */
  readonly sessionTimeoutMs?: number | undefined;
}

/**
 * A consumer that reads by group for as long as it is there. It commits each record that it has read, except
 * those whose value begins with `held`, and only then counts it as read.
 */
export interface Member {
  /** What it is given now, as `topic:partition`, sorted. */
  readonly partitions: readonly string[];
  /** The values of what it has read. */
  readonly values: readonly string[];
  /** How often it was told what it is given. */
  readonly assignmentCount: number;
  /** Closes it, as an application that ends does. Once more does nothing. */
  leave(): Promise<void>;
}

/** What a member does not commit. */
export const isHeld = (value: string): boolean => value.startsWith('held');

/** Less than the session timeouts: what waits for one to pass is not done in time. */
const patienceMs = 40_000;

/**
 * Waits until `condition` holds; gives up, and tells what `describe` says then, when it takes far longer than
 * it may on the slowest machine.
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  describe: () => unknown = () => condition.toString(),
): Promise<void> {
  const deadlineMs = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) {
      throw new Error(`waited in vain: ${JSON.stringify(await describe(), undefined, 1)}`);
    }
    await sleep(5);
  }
}
