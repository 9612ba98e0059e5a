import { errorCodes } from '../../protocol/error-codes.ts';
import type { ErrorName } from '../../protocol/error-codes.ts';
import type { Coordinator, CoordinatorEvent, Decision } from '../coordinator.ts';
import { DecisionBuilder } from '../decision-builder.ts';
import type { ClassicConversions } from './classic/classic-conversions.ts';
import { ClassicGroup } from './classic/classic-group.ts';
import { ClassicGroups } from './classic/classic-groups.ts';
import type { ClassicEvent } from './classic/classic-groups.ts';
import type { ConsumerGroups } from './consumer-groups.ts';
import type { GroupEvent, TopicsView } from './group-events.ts';
import type { GroupRecord } from './group-records.ts';
import { awaitedMembers, describeGroup, listGroups } from './group-reports.ts';
import type { GroupSettings } from './group-settings.ts';
import type { Group } from './group.ts';
import { commitOffsets } from './offsets/commit-offsets.ts';
import { deleteOffsets } from './offsets/delete-offsets.ts';
import { fetchOffsets } from './offsets/fetch-offsets.ts';
import { OffsetTable } from './offsets/offset-table.ts';
import { tombstonesOfGroup } from './offsets/offsets-context.ts';
import type { OffsetsContext } from './offsets/offsets-context.ts';
import { OffsetSweep } from './offsets/sweep-offsets.ts';

/** What a group coordinator works with. */
export interface GroupCoordinatorModules {
  readonly topics: TopicsView;
  /** As they are at the moment of asking. */
  readonly settings: () => GroupSettings;
  /** A random uuid in the usual form of 36 characters, for ids of members. */
  readonly newUuid: () => string;
  /**
   * Makes what serves consumer groups, which share the table. Without it these are refused, and what the log
   * has of them is passed over.
   */
  readonly newConsumerGroups?: (shared: {
    readonly groups: Map<string, Group>;
    readonly classicGroups: ClassicConversions;
  }) => ConsumerGroups;
}

type Out = DecisionBuilder<GroupRecord>;
type Event = GroupEvent | CoordinatorEvent;
type Of<Kind extends Event['kind']> = Extract<Event, { kind: Kind }>;

/**
 * Coordinates the groups of one partition of `__consumer_offsets`: says which part of the coordinator decides
 * on an event or takes in a record. A group is in the table from the replay of its first record to that of its
 * tombstone.
 */
export class GroupCoordinator implements Coordinator<GroupEvent, GroupRecord> {
  readonly #groups = new Map<string, Group>();
  readonly #offsets = new OffsetTable();
  readonly #classicGroups: ClassicGroups;
  readonly #consumerGroups: ConsumerGroups | undefined;
  readonly #offsetsContext: OffsetsContext;
  readonly #sweep: OffsetSweep;

  constructor(modules: GroupCoordinatorModules) {
    const { topics, settings, newUuid } = modules;
    const groups = this.#groups;
    this.#classicGroups = new ClassicGroups({ groups, settings, newUuid });
    this.#consumerGroups = modules.newConsumerGroups?.({
      groups,
      classicGroups: this.#classicGroups,
    });
    this.#offsetsContext = { offsets: this.#offsets, groups, topics, settings };
    this.#sweep = new OffsetSweep(this.#offsetsContext);
  }

  handle(event: Event, nowMs: number): Decision<GroupRecord> {
    const out: Out = new DecisionBuilder();
    this.#decide(event, nowMs, out);
    return out;
  }

  replay(record: GroupRecord): void {
    switch (record.type) {
      case 'offsetCommit':
        this.#replayOffset(record);
        break;
      case 'groupMetadata':
        this.#classicGroups.replay(record.key.group, record.value);
        break;
      default:
        this.#consumerGroups?.replay(record);
    }
  }

  #decide(event: Event, nowMs: number, out: Out): void {
    switch (event.kind) {
      case 'joinGroup':
      case 'syncGroup':
      case 'heartbeat':
      case 'leaveGroup':
        this.#handleClassic(event, nowMs, out);
        break;
      case 'offsetCommit':
        this.#commitOffsets(event, nowMs, out);
        break;
      case 'offsetFetch':
        fetchOffsets(this.#offsetsContext, event, out);
        break;
      case 'offsetDelete':
        deleteOffsets(this.#offsetsContext, event, out);
        break;
      case 'describeGroup':
        out.reply(event.ref, describeGroup(this.#groups.get(event.request.groupId), event));
        break;
      case 'listGroups':
        out.reply(event.ref, listGroups(this.#groups.values(), event.request));
        break;
      case 'awaitedMembers':
        out.reply(event.ref, awaitedMembers(this.#groups.get(event.request.groupId)));
        break;
      case 'deleteGroup':
        this.#deleteGroup(event, out);
        break;
      case 'consumerGroupHeartbeat':
        this.#consumerGroupHeartbeat(event, nowMs, out);
        break;
      case 'consumerGroupDescribe':
        this.#consumerGroupDescribe(event, out);
        break;
      default:
        this.#takeNotice(event, nowMs, out);
    }
  }

  /** What is no request. */
  #takeNotice(
    event: Of<
      'topicsChanged' | 'topicsDeleted' | 'loaded' | 'deadline' | 'appendEnded' | 'requestGone'
    >,
    nowMs: number,
    out: Out,
  ): void {
    switch (event.kind) {
      case 'topicsChanged':
        this.#add(this.#consumerGroups?.topicsChanged(event.names, nowMs), out);
        break;
      case 'topicsDeleted':
        this.#sweep.topicsDeleted(event.names, nowMs, out);
        this.#add(this.#consumerGroups?.topicsDeleted(event.names, nowMs), out);
        break;
      case 'loaded':
        this.#classicGroups.loaded(nowMs, out);
        this.#sweep.loaded(nowMs, out);
        this.#add(this.#consumerGroups?.loaded(nowMs), out);
        break;
      case 'deadline':
        this.#deadline(event.key, nowMs, out);
        break;
      case 'appendEnded':
        this.#appendEnded(event, nowMs, out);
        break;
      case 'requestGone':
        if (!this.#classicGroups.requestGone(event.requestId, nowMs, out)) {
          this.#add(this.#consumerGroups?.requestGone(event.requestId, nowMs), out);
        }
    }
  }

  #deadline(key: string, nowMs: number, out: Out): void {
    if (this.#sweep.deadline(key, nowMs, out)) return;
    if (this.#classicGroups.deadline(key, nowMs, out)) return;
    this.#add(this.#consumerGroups?.deadline(key, nowMs), out);
  }

  #appendEnded({ tag, error }: Of<'appendEnded'>, nowMs: number, out: Out): void {
    if (this.#sweep.appendEnded(tag, error, nowMs, out)) return;
    if (this.#classicGroups.appendEnded(tag, error, nowMs, out)) return;
    this.#add(this.#consumerGroups?.appendEnded(tag, error, nowMs), out);
  }

  /** A consumer group that has members may have classic ones among them. */
  #handleClassic(event: ClassicEvent, nowMs: number, out: Out): void {
    const group = this.#groups.get(event.request.groupId);
    if (group?.kind === 'consumer' && !group.isEmpty) {
      this.#add(this.#consumerGroups?.handleClassic(event, nowMs), out);
    } else {
      this.#classicGroups.handle(event, nowMs, out);
    }
  }

  #commitOffsets(event: Of<'offsetCommit'>, nowMs: number, out: Out): void {
    const { groupId, memberId } = event.request;
    commitOffsets(this.#offsetsContext, event, nowMs, {
      out,
      wasAllowed: () => this.#classicGroups.committed(groupId, memberId, nowMs, out),
    });
  }

  #deleteGroup({ request, ref }: Of<'deleteGroup'>, out: Out): void {
    const { groupId } = request;
    const group = this.#groups.get(groupId);
    const refusal: ErrorName | undefined =
      group === undefined ? 'GROUP_ID_NOT_FOUND' : group.checkDelete();
    if (group !== undefined && refusal === undefined) {
      out.records.push(...tombstonesOfGroup(this.#offsets, groupId), ...group.tombstones());
    }
    out.reply(ref, { groupId, errorCode: errorCodes[refusal ?? 'NONE'] });
  }

  #consumerGroupHeartbeat(event: Of<'consumerGroupHeartbeat'>, nowMs: number, out: Out): void {
    if (this.#consumerGroups !== undefined) {
      this.#add(this.#consumerGroups.handleHeartbeat(event, nowMs), out);
      return;
    }
    out.reply(event.ref, {
      throttleTimeMs: 0,
      errorCode: errorCodes.UNSUPPORTED_VERSION,
      memberEpoch: 0,
      heartbeatIntervalMs: 0,
    });
  }

  #consumerGroupDescribe(event: Of<'consumerGroupDescribe'>, out: Out): void {
    if (this.#consumerGroups !== undefined) {
      this.#add(this.#consumerGroups.describe(event), out);
      return;
    }
    out.reply(event.ref, {
      errorCode: errorCodes.GROUP_ID_NOT_FOUND,
      groupId: event.request.groupId,
      groupState: '',
      groupEpoch: 0,
      assignmentEpoch: 0,
      assignorName: '',
      members: [],
    });
  }

  #add(decision: Decision<GroupRecord> | undefined, out: Out): void {
    if (decision !== undefined) out.add(decision);
  }

  /** An offset of a group that is not there is that of a simple one, which has no members. */
  #replayOffset({ key, value }: Extract<GroupRecord, { type: 'offsetCommit' }>): void {
    const { group: groupId, topic, partition } = key;
    if (value === null) {
      this.#offsets.remove(groupId, topic, partition);
      return;
    }
    if (!this.#groups.has(groupId)) {
      this.#groups.set(groupId, new ClassicGroup(groupId, undefined));
    }
    this.#offsets.put(groupId, topic, partition, {
      offset: value.offset,
      leaderEpoch: value.leaderEpoch,
      metadata: value.metadata,
      commitTimestampMs: value.commitTimestamp,
      expireTimestampMs: value.expireTimestamp,
      topicId: value.topicId,
    });
  }
}
