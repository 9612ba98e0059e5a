import { assert } from '../../../util/assert.ts';
import type { ClassicMember, JoinReply, MemberDetails, Parked } from './classic-member.ts';

/** Who is in a classic group, and who is on the way into it. */
export class Members {
  /** In the order in which they came. */
  readonly #byId = new Map<string, ClassicMember>();
  /** Ids of the static members, by what they call themselves. Each is in `#byId`. */
  readonly #staticIds = new Map<string, string>();
  /** How many members know each protocol. */
  readonly #knownBy = new Map<string, number>();
  /** Of the members, those that have joined for the coming generation. */
  #joinedCount = 0;
  /** Ids that were given out and did not come back yet; none is a member. */
  readonly pendingJoins = new Set<string>();
  /** Members that are to send a SyncGroup in this generation and did not yet. */
  readonly pendingSyncs = new Set<string>();

  get size(): number {
    return this.#byId.size;
  }

  get joinedCount(): number {
    return this.#joinedCount;
  }

  /** Whether the coming generation need not wait for anybody. */
  get haveAllJoined(): boolean {
    return this.#joinedCount === this.#byId.size && this.pendingJoins.size === 0;
  }

  all(): MapIterator<ClassicMember> {
    return this.#byId.values();
  }

  get(memberId: string): ClassicMember | undefined {
    return this.#byId.get(memberId);
  }

  /** The id of the static member of this name. */
  staticId(groupInstanceId: string): string | undefined {
    return this.#staticIds.get(groupInstanceId);
  }

  /** Whether all members know a protocol of this name. */
  allKnow(protocol: string): boolean {
    return (this.#knownBy.get(protocol) ?? 0) === this.#byId.size;
  }

  /** Asserts that neither its id nor its instance id is a member's. */
  add(member: ClassicMember): void {
    const { memberId, groupInstanceId } = member;
    assert(!this.#byId.has(memberId), 'a new member has an id of its own');
    if (groupInstanceId !== null) {
      assert(!this.#staticIds.has(groupInstanceId), 'a new static member has a name of its own');
      this.#staticIds.set(groupInstanceId, memberId);
    }
    this.#byId.set(memberId, member);
    this.#count(member.details, 1);
    if (member.hasJoined) this.#joinedCount++;
    this.pendingJoins.delete(memberId);
  }

  /** Removes a member, or an id that was given out. Nothing happens for one that is not known. */
  remove(memberId: string): void {
    this.pendingJoins.delete(memberId);
    this.pendingSyncs.delete(memberId);
    const member = this.#byId.get(memberId);
    if (member === undefined) return;
    this.#byId.delete(memberId);
    this.#count(member.details, -1);
    if (member.hasJoined) this.#joinedCount--;
    if (member.groupInstanceId !== null) this.#staticIds.delete(member.groupInstanceId);
  }

  /** Takes in what a client says of itself anew. */
  update(member: ClassicMember, details: MemberDetails): void {
    this.#count(member.details, -1);
    member.details = details;
    this.#count(details, 1);
  }

  /** The member waits for the coming generation. */
  setJoined(member: ClassicMember, join: Parked<JoinReply>): void {
    if (!member.hasJoined) this.#joinedCount++;
    member.hasJoined = true;
    member.join = join;
  }

  clearJoined(member: ClassicMember): void {
    if (member.hasJoined) this.#joinedCount--;
    member.hasJoined = false;
    member.join = undefined;
  }

  #count({ protocols }: MemberDetails, by: 1 | -1): void {
    for (const { name } of protocols) {
      const count = (this.#knownBy.get(name) ?? 0) + by;
      if (count === 0) this.#knownBy.delete(name);
      else this.#knownBy.set(name, count);
    }
  }
}
