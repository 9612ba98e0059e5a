import type { GroupRecord } from '../group-records.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { GroupView, ResolvedRegex } from './group-view.ts';
import { sameAssignment, sameMetadata } from './consumer-member.ts';
import type { ConsumerMember } from './consumer-member.ts';
import {
  currentAssignmentRecord,
  groupEpochRecord,
  memberMetadataRecord,
  memberTombstones,
  partitionMetadataTombstone,
  regexRecord,
  regexTombstone,
  targetMemberRecord,
  targetMetadataRecord,
} from './consumer-records.ts';
import { noPartitions, samePartitions } from './partitions.ts';
import type { Partitions } from './partitions.ts';

/**
 * A group as a decision makes it. The group itself stays as it is until the records are replayed; what has
 * been written here is laid over it, so that each step of a decision sees what the steps before have done.
 */
export class GroupDraft implements GroupView {
  readonly groupId: string;
  readonly records: GroupRecord[];
  groupEpoch: number;
  metadataHash: bigint;
  assignmentEpoch: number;
  assignmentTimestampMs: number;
  memberCount: number;
  readonly #group: ConsumerGroup;
  /** What differs from the group. Undefined is what was removed. */
  readonly #members = new Map<string, ConsumerMember | undefined>();
  readonly #targets = new Map<string, Partitions | undefined>();
  readonly #regexes = new Map<string, ResolvedRegex | undefined>();

  /** `records` lead to `group` from what is in the log. */
  constructor(group: ConsumerGroup, records: GroupRecord[] = []) {
    this.#group = group;
    this.groupId = group.groupId;
    this.records = records;
    this.groupEpoch = group.groupEpoch;
    this.metadataHash = group.metadataHash;
    this.assignmentEpoch = group.assignmentEpoch;
    this.assignmentTimestampMs = group.assignmentTimestampMs;
    this.memberCount = group.memberCount;
  }

  /** Whether a member subscribed to this topic before the decision. */
  wasSubscribedTo(topic: string): boolean {
    return this.#group.isSubscribedTo(topic);
  }

  member(memberId: string): ConsumerMember | undefined {
    return this.#members.has(memberId) ? this.#members.get(memberId) : this.#group.member(memberId);
  }

  *members(): Iterable<ConsumerMember> {
    for (const member of this.#group.members()) {
      if (!this.#members.has(member.memberId)) yield member;
      else {
        const changed = this.#members.get(member.memberId);
        if (changed !== undefined) yield changed;
      }
    }
    for (const [memberId, member] of this.#members) {
      if (member !== undefined && this.#group.member(memberId) === undefined) yield member;
    }
  }

  staticMember(instanceId: string): ConsumerMember | undefined {
    for (const member of this.#members.values()) {
      if (member?.instanceId === instanceId) return member;
    }
    const member = this.#group.staticMember(instanceId);
    return member === undefined || this.#members.has(member.memberId) ? undefined : member;
  }

  target(memberId: string): Partitions {
    return this.#targets.has(memberId)
      ? (this.#targets.get(memberId) ?? noPartitions)
      : this.#group.target(memberId);
  }

  ownerOf(topicId: string, partition: number): string | undefined {
    for (const [memberId, member] of this.#members) {
      if (
        member?.assigned.get(topicId)?.has(partition) === true ||
        member?.pendingRevocation.get(topicId)?.has(partition) === true
      ) {
        return memberId;
      }
    }
    const owner = this.#group.ownerOf(topicId, partition);
    return owner === undefined || this.#members.has(owner) ? undefined : owner;
  }

  *resolvedRegexes(): Iterable<readonly [string, ResolvedRegex]> {
    for (const entry of this.#group.resolvedRegexes()) {
      if (!this.#regexes.has(entry[0])) yield entry;
    }
    for (const [regex, resolved] of this.#regexes) {
      if (resolved !== undefined) yield [regex, resolved];
    }
  }

  resolvedRegex(regex: string): ResolvedRegex | undefined {
    return this.#regexes.has(regex) ? this.#regexes.get(regex) : this.#group.resolvedRegex(regex);
  }

  /** Writes what a member has told, unless it is known already. */
  putMetadata(member: ConsumerMember): void {
    const before = this.member(member.memberId);
    if (before !== undefined && sameMetadata(before, member)) return;
    this.records.push(memberMetadataRecord(this.groupId, member));
    this.#put(member);
  }

  /** Writes where a member stands, and says whether that is new. */
  putAssignment(member: ConsumerMember): boolean {
    const before = this.member(member.memberId);
    if (before !== undefined && sameAssignment(before, member)) return false;
    this.records.push(currentAssignmentRecord(this.groupId, member));
    this.#put(member);
    return true;
  }

  /** Takes a member out, with all that it owned. */
  removeMember(memberId: string): void {
    this.records.push(...memberTombstones(this.groupId, memberId));
    if (this.member(memberId) !== undefined) this.memberCount--;
    this.#members.set(memberId, undefined);
    this.#targets.set(memberId, undefined);
  }

  putTarget(memberId: string, target: Partitions): void {
    this.records.push(targetMemberRecord(this.groupId, memberId, target));
    this.#targets.set(memberId, target);
  }

  /** The targets of all members for the group's epoch. */
  putTargets(targets: ReadonlyMap<string, Partitions>, nowMs: number): void {
    for (const [memberId, target] of targets) {
      if (!this.#hasTarget(memberId) || !samePartitions(this.target(memberId), target)) {
        this.putTarget(memberId, target);
      }
    }
    this.assignmentEpoch = this.groupEpoch;
    this.assignmentTimestampMs = nowMs;
    this.records.push(targetMetadataRecord(this.groupId, this.assignmentEpoch, nowMs));
  }

  raiseGroupEpoch(metadataHash: bigint): void {
    this.groupEpoch++;
    this.metadataHash = metadataHash;
    this.records.push(groupEpochRecord(this.groupId, this.groupEpoch, metadataHash));
  }

  putRegex(regex: string, resolved: ResolvedRegex): void {
    this.records.push(regexRecord(this.groupId, regex, resolved));
    this.#regexes.set(regex, resolved);
  }

  removeRegex(regex: string): void {
    this.records.push(regexTombstone(this.groupId, regex));
    this.#regexes.set(regex, undefined);
  }

  /** Removes what a version before Kafka 4.1 has written, if it is there. */
  removePartitionMetadata(): void {
    if (this.#group.hasPartitionMetadataRecord) {
      this.records.push(partitionMetadataTombstone(this.groupId));
    }
  }

  #hasTarget(memberId: string): boolean {
    return this.#targets.has(memberId)
      ? this.#targets.get(memberId) !== undefined
      : this.#group.hasTarget(memberId);
  }

  #put(member: ConsumerMember): void {
    if (this.member(member.memberId) === undefined) this.memberCount++;
    this.#members.set(member.memberId, member);
  }
}
