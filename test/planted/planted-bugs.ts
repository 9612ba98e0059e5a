import type { Planting } from './plant.ts';
import type { Hunt } from './simulations.ts';

/** A bug that the simulations have to find. */
export interface PlantedBug extends Planting {
  readonly name: string;
  /** What the broker does with it, in a sentence. */
  readonly breaks: string;
  readonly hunt: Hunt;
  /** What a seed that finds it says: a rule of histories and how it was broken. */
  readonly shows: RegExp;
}

/** What was acknowledged or read is gone: something else is in its place, or a reader finds the log shorter. */
const loss =
  /^(?:lost|two records|high watermark went back|commit went back|reader left out|defect: .*OFFSET_OUT_OF_RANGE)/;

/** All of them. */
export const plantedBugs: readonly PlantedBug[] = [
  {
    name: 'acknowledge before replication',
    breaks: 'what the leader alone has is acknowledged',
    module: 'src/replication/partition.ts',
    shipped: 'this.#pending.replicated(this.highWatermark);',
    planted: 'this.#pending.replicated(this.log.writtenEndOffset);',
    hunt: { simulation: 'cluster', faults: ['crash', 'cut', 'power loss'] },
    shows: loss,
  },
  {
    name: 'skip the epoch check',
    breaks: 'a follower whose log has parted from the leader’s goes on behind its own records',
    module: 'src/apis/fetch-target.ts',
    shipped: 'if (lastFetchedEpoch >= 0) {',
    planted: 'if (lastFetchedEpoch === Infinity) {',
    hunt: { simulation: 'cluster', faults: ['crash', 'cut', 'pause'] },
    shows: loss,
  },
  {
    name: 'elect outside the in-sync set',
    breaks: 'any replica that is alive is elected, whatever it has',
    module: 'src/controller/partition-change.ts',
    shipped: 'replicas.includes(id) && eligible.includes(id) && mayLead(id);',
    planted: 'replicas.includes(id) && mayLead(id);',
    hunt: { simulation: 'cluster', faults: ['crash', 'cut', 'pause'] },
    shows: loss,
  },
  {
    name: 'truncate to the high watermark',
    breaks:
      'a follower cuts its log where it knows it to be replicated, and forgets what others know',
    module: 'src/replication/fetcher.ts',
    shipped: '    this.remove(partition);\n    const followed',
    planted: `    this.remove(partition);
    partition.log.truncateTo(partition.highWatermark);
    const followed`,
    hunt: { simulation: 'cluster', faults: ['crash', 'cut', 'cut in one direction'] },
    shows: loss,
  },
  {
    name: 'ignore the fencing',
    breaks: 'a broker leads on after its lease has run out or it was fenced',
    module: 'src/broker/membership/membership.ts',
    shipped: 'return this.#isMember && (heldUntilMs === Infinity || this.#holdsLease);',
    planted: 'return heldUntilMs !== 0;',
    hunt: { simulation: 'membership' },
    shows: /leads without a lease/,
  },
  {
    name: 'grow the in-sync set too early',
    breaks: 'a follower comes into the in-sync set with its first fetch, however far it is behind',
    module: 'src/replication/leader-state.ts',
    shipped:
      '    if (follower.logEndOffset < Math.max(highWatermark, this.epochStartOffset)) return undefined;\n',
    planted: '',
    hunt: { simulation: 'growth after an election' },
    shows: loss,
  },
  {
    name: 'leave an unclean returner in the set',
    breaks: 'a broker that may have lost records leads, and is in sync, as if it had not',
    module: 'src/controller/register-broker.ts',
    shipped: "if (cleanEpoch === 'running' || cleanEpoch === before.epoch) return false;",
    planted: 'if (cleanEpoch !== undefined) return false;',
    hunt: { simulation: 'cluster', faults: ['crash', 'power loss'] },
    shows: loss,
  },
  {
    name: 'let the high watermark pass below the minimum',
    breaks: 'consumers read what fewer than min.insync.replicas have',
    module: 'src/replication/leader-state.ts',
    shipped: '    if (this.isUnderMinInsync(rules) || this.#state.elr.length > 0) return -1;\n',
    planted: '',
    hunt: { simulation: 'cluster', faults: ['crash', 'cut', 'power loss'] },
    shows: loss,
  },
  {
    name: 'show what is not replicated',
    breaks: 'consumers read up to the end of the leader’s log',
    module: 'src/replication/partition.ts',
    shipped:
      "return isolation === 'read_committed' ? this.log.lastStableOffset : this.log.highWatermark;",
    planted:
      "return isolation === 'read_committed' ? this.log.lastStableOffset : this.log.writtenEndOffset;",
    hunt: { simulation: 'cluster', faults: ['crash', 'cut'] },
    shows: loss,
  },
  {
    name: 'tell an end that a leader is not sure of',
    breaks: 'a new leader answers ListOffsets by the high watermark that it knew as a follower',
    module: 'src/replication/partition.ts',
    shipped:
      'return this.#leader !== undefined && this.#leader.epochStartOffset > this.highWatermark;',
    planted: 'return this.#leader !== undefined && this.#leader.epochStartOffset < 0;',
    hunt: { simulation: 'cluster', faults: ['crash', 'cut', 'leader moves'] },
    shows: /^high watermark went back/,
  },
  {
    name: 'acknowledge before it is synced',
    breaks: 'with flush.messages=1 nothing is synced before it is acknowledged',
    module: 'src/storage/log-appender.ts',
    shipped: 'return fileEndOffset - flushedOffset >= config.flushMessages;',
    planted: 'return fileEndOffset - flushedOffset === config.flushMessages * Infinity;',
    hunt: { simulation: 'power lost by all' },
    shows: loss,
  },
  {
    name: 'answer a commit that others do not have',
    breaks: 'a group is told that its offset is committed when its coordinator alone knows it',
    module: 'src/coordinator/runtime/coordinator-partition.ts',
    shipped:
      'if (this.#deferred.isEmpty && this.#endOffset <= this.#committedOffset) this.#release(deferred);',
    planted: 'if (this.#endOffset >= 0) this.#release(deferred);',
    hunt: { simulation: 'commit without a copy' },
    shows: /^commit went back/,
  },
  {
    name: 'grow before the start of the epoch',
    breaks: 'a new leader takes in who lacks what the leader before had acknowledged',
    module: 'src/replication/leader-state.ts',
    shipped: 'Math.max(highWatermark, this.epochStartOffset)',
    planted: 'highWatermark',
    hunt: { simulation: 'growth after an election' },
    shows: loss,
  },
  {
    name: 'forget what producers have sent',
    breaks: 'a batch that is sent again is appended again',
    module: 'src/storage/producer-state.ts',
    shipped: 'if (duplicate !== undefined) return duplicate;',
    planted: '',
    hunt: { simulation: 'cluster', faults: ['crash', 'cut'] },
    shows: /^doubled/,
  },
  {
    name: 'remember what was cut off',
    breaks: 'a batch that was truncated is taken for a duplicate when it is sent again',
    module: 'src/storage/producer-state.ts',
    shipped:
      'const affected = [...this.#entries.values()].filter((entry) => entry.lastOffset >= offset);',
    planted: 'const affected: ProducerEntry[] = [];',
    hunt: { simulation: 'sent again after a truncation' },
    shows: loss,
  },
  {
    name: 'trust clocks to go at one speed',
    breaks: 'a broker with a slow clock leads on when its lease has run out',
    module: 'src/broker/membership/lease-keeper.ts',
    shipped: 'const driftFraction = 0.02;',
    planted: 'const driftFraction = 0;',
    hunt: { simulation: 'membership' },
    shows: /leads without a lease/,
  },
  {
    name: 'change an in-sync set that is another by now',
    breaks: 'what the controller has decided meanwhile is overwritten',
    module: 'src/broker/in-sync-committer.ts',
    shipped:
      '      { key: imageKeys.partition(topicId, index), revision: proposal.base.revision },\n',
    planted: '',
    hunt: { simulation: 'membership' },
    shows: /has been written twice/,
  },
  {
    name: 'elect over an in-sync set that is another by now',
    breaks: 'what a leader has changed meanwhile is overwritten',
    module: 'src/controller/partition-rules.ts',
    shipped: '    ifRevision: partition.revision,\n',
    planted: '',
    hunt: { simulation: 'membership' },
    shows: /has been written twice/,
  },
];
