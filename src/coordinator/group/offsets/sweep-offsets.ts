import type { AppendError } from '../../coordinator.ts';
import type { DecisionBuilder } from '../../decision-builder.ts';
import type { GroupRecord } from '../group-records.ts';
import type { Group, RetentionStart } from '../group.ts';
import { offsetTombstone } from './offsets-context.ts';
import type { OffsetsContext } from './offsets-context.ts';
import type { CommittedOffset } from './topic-offsets.ts';

/** The deadline at which all groups are looked at, and the tag of the appends. */
const lookKey = 'offsets/look';
/** The deadline at which the offsets of deleted topics are forgotten. */
const orphansKey = 'offsets/orphans';

/** Bounds of what one step forgets, so that its tombstones fit into a batch and nobody waits long for it. */
const tombstonesPerStep = 1000;
const tombstoneCharactersPerStep = 65_536;

/** Offsets of one topic in one group that are to be forgotten because the topic is gone. */
interface Orphans {
  readonly groupId: string;
  readonly topic: string;
  /** What was committed later is of a new topic of that name. */
  readonly deletedAtMs: number;
}

/**
 * Forgets offsets that nobody will ask for: expired ones, groups that have none left, and those of deleted
 * topics. It works in steps, one append each; the next follows when the one before is committed.
 */
export class OffsetSweep {
  readonly #context: OffsetsContext;
  readonly #orphans: Orphans[] = [];
  /** Groups that are yet to be looked at for expired offsets, the next one last. */
  #groupIds: string[] = [];
  /** From the moment that a look is due until its last step: the next one is not set meanwhile. */
  #isLooking = false;
  #isAppending = false;

  constructor(context: OffsetsContext) {
    this.#context = context;
  }

  /** Begins to count the time to the first look at the groups. */
  loaded(nowMs: number, out: DecisionBuilder<GroupRecord>): void {
    out.setDeadline(lookKey, nowMs + this.#context.settings().offsetsRetentionCheckIntervalMs);
  }

  /** False for a deadline of somebody else. */
  deadline(key: string, nowMs: number, out: DecisionBuilder<GroupRecord>): boolean {
    if (key !== lookKey && key !== orphansKey) return false;
    if (key === lookKey) {
      this.#isLooking = true;
      this.#groupIds = [...this.#context.groups.keys()].toReversed();
    }
    if (!this.#isAppending) this.#step(nowMs, out);
    return true;
  }

  /** The offsets of these topics are forgotten soon, in decisions of their own. */
  topicsDeleted(names: readonly string[], nowMs: number, out: DecisionBuilder<GroupRecord>): void {
    const { offsets } = this.#context;
    for (const groupId of offsets.groupIds()) {
      for (const topic of names) {
        if (offsets.ofGroup(groupId).has(topic)) {
          this.#orphans.push({ groupId, topic, deletedAtMs: nowMs });
        }
      }
    }
    if (this.#orphans.length > 0) out.setDeadline(orphansKey, nowMs);
  }

  /**
   * False for the append of somebody else. What could not be appended is found again by the next look, and
   * orphans expire.
   */
  appendEnded(
    tag: string,
    error: AppendError | undefined,
    nowMs: number,
    out: DecisionBuilder<GroupRecord>,
  ): boolean {
    if (tag !== lookKey) return false;
    this.#isAppending = false;
    if (error !== undefined) {
      this.#groupIds = [];
      this.#orphans.length = 0;
    }
    this.#step(nowMs, out);
    return true;
  }

  #step(nowMs: number, out: DecisionBuilder<GroupRecord>): void {
    const tombstones = new Tombstones();
    // What a full step leaves of its last group or topic is found by the next, since the rest is gone then.
    while (!tombstones.isFull && this.#orphans.length > 0) {
      this.#forgetOrphans(this.#orphans.at(-1) as Orphans, tombstones);
      if (!tombstones.isFull) this.#orphans.pop();
    }
    while (!tombstones.isFull && this.#groupIds.length > 0) {
      const group = this.#context.groups.get(this.#groupIds.at(-1) as string);
      if (group !== undefined) forgetExpired(this.#context, group, nowMs, tombstones);
      if (!tombstones.isFull) this.#groupIds.pop();
    }
    if (tombstones.records.length > 0) {
      this.#isAppending = true;
      out.records.push(...tombstones.records);
      out.appendTag = lookKey;
    } else if (this.#isLooking) {
      this.#isLooking = false;
      out.setDeadline(lookKey, nowMs + this.#context.settings().offsetsRetentionCheckIntervalMs);
    }
  }

  #forgetOrphans({ groupId, topic, deletedAtMs }: Orphans, tombstones: Tombstones): void {
    for (const [partition, offset] of this.#context.offsets
      .ofGroup(groupId)
      .get(topic)
      ?.entries() ?? []) {
      if (offset.commitTimestampMs > deletedAtMs) continue;
      tombstones.addOffset(groupId, topic, partition);
      if (tombstones.isFull) return;
    }
  }
}

/** The records of a step. */
class Tombstones {
  readonly records: GroupRecord[] = [];
  #characters = 0;

  get isFull(): boolean {
    return (
      this.records.length >= tombstonesPerStep || this.#characters >= tombstoneCharactersPerStep
    );
  }

  addOffset(groupId: string, topic: string, partition: number): void {
    this.records.push(offsetTombstone(groupId, topic, partition));
    this.#characters += groupId.length + topic.length;
  }

  addGroup(group: Group): void {
    this.records.push(...group.tombstones());
    this.#characters += group.groupId.length;
  }
}

/** Forgets the expired offsets of a group, and the group when it is empty and keeps none. */
function forgetExpired(
  { offsets, settings }: OffsetsContext,
  group: Group,
  nowMs: number,
  tombstones: Tombstones,
): void {
  const start = group.retentionStart();
  const { offsetsRetentionMs } = settings();
  let keepsOffsets = false;
  for (const [topic, ofTopic] of offsets.ofGroup(group.groupId)) {
    const isInUse = start === 'never' || group.isSubscribedTo(topic);
    for (const [partition, offset] of ofTopic.entries()) {
      if (!isInUse && isExpired(offset, start, offsetsRetentionMs, nowMs)) {
        tombstones.addOffset(group.groupId, topic, partition);
        if (tombstones.isFull) return;
      } else {
        keepsOffsets = true;
      }
    }
  }
  if (!keepsOffsets && group.isEmpty) tombstones.addGroup(group);
}

function isExpired(
  { expireTimestampMs, commitTimestampMs }: CommittedOffset,
  start: RetentionStart,
  retentionMs: number,
  nowMs: number,
): boolean {
  if (expireTimestampMs !== -1) return nowMs >= expireTimestampMs;
  return nowMs - (typeof start === 'number' ? start : commitTimestampMs) >= retentionMs;
}
