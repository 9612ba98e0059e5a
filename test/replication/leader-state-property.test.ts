/**
 * Goal: whatever followers, elections and outcomes of proposals do, no record counts as replicated that is not
 * on enough replicas.
 * Method: a model of one leader epoch. Followers copy the leader's log at random, lag, restart with a new epoch
 * and lose nothing but time; proposals are committed, refused, or left undecided for a while, in which the
 * model believes either of both. After each step: the high watermark has not gone back, and all that is below
 * it is on every member of the in-sync set as it is and as it may become, and on min.insync.replicas members
 * at least when it moved there.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PartitionImage } from '../../src/metadata/image.ts';
import {
  LeaderState,
  type InSyncProposal,
  type ReplicationRules,
} from '../../src/replication/leader-state.ts';
import { must } from '../../src/util/assert.ts';
import { holds } from '../records/property.ts';
import { partitionImage } from './partition-images.ts';

const lagTimeMaxMs = 100;
const leaderId = 1;

type Step =
  | { readonly kind: 'append'; readonly count: number }
  | { readonly kind: 'fetch'; readonly node: number; readonly share: number }
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'fence' | 'restart'; readonly node: number }
  | { readonly kind: 'check' }
  | { readonly kind: 'settle'; readonly committed: boolean };

const node = fc.integer({ min: 2, max: 4 });
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 5 }) }),
    fc.record({
      kind: fc.constant('fetch' as const),
      node,
      share: fc.constantFrom(0, 0.5, 1, 1, 1),
    }),
    fc.record({ kind: fc.constant('time' as const), ms: fc.constantFrom(1, 20, 150) }),
    fc.record({ kind: fc.constantFrom('fence' as const, 'restart' as const), node }),
    fc.record({ kind: fc.constant('check' as const) }),
    fc.record({ kind: fc.constant('settle' as const), committed: fc.boolean() }),
  ),
  { maxLength: 120 },
);

class Model {
  readonly #leader: LeaderState;
  readonly #rules: ReplicationRules;
  /** What each follower really has. */
  readonly #ends = new Map([2, 3, 4].map((id) => [id, 0]));
  readonly #epochs = new Map([2, 3, 4].map((id) => [id, 1]));
  readonly #fenced = new Set<number>();
  #state: PartitionImage;
  #undecided: InSyncProposal | undefined;
  #endOffset = 0;
  #highWatermark = 0;
  #nowMs = 0;

  constructor(minInsyncReplicas: number, isr: readonly number[]) {
    this.#rules = {
      minInsyncReplicas,
      lagTimeMaxMs,
      eligibleEpochOf: (id) => (this.#fenced.has(id) ? undefined : this.#epochs.get(id)),
    };
    this.#state = partitionImage([leaderId, 2, 3, 4], { isr: [leaderId, ...isr] });
    this.#leader = new LeaderState({
      nodeId: leaderId,
      state: this.#state,
      epochStartOffset: 0,
      nowMs: 0,
    });
  }

  run(step: Step): void {
    switch (step.kind) {
      case 'append':
        this.#endOffset += step.count;
        break;
      case 'fetch':
        this.#fetch(step.node, step.share);
        break;
      case 'time':
        this.#nowMs += step.ms;
        break;
      case 'fence':
        this.#fence(step.node);
        break;
      case 'restart':
        this.#fenced.delete(step.node);
        this.#epochs.set(step.node, must(this.#epochs.get(step.node)) + 1);
        break;
      case 'check':
        this.#undecided ??= this.#leader.proposeShrinking(
          this.#endOffset,
          this.#rules,
          this.#nowMs,
        );
        break;
      case 'settle':
        this.#settle(step.committed);
        break;
    }
    this.#advance();
  }

  #fetch(id: number, share: number): void {
    const end = must(this.#ends.get(id));
    const position = {
      brokerEpoch: must(this.#epochs.get(id)),
      fetchOffset: end,
      logStartOffset: 0,
    };
    this.#leader.noteFetch(id, position, this.#endOffset, this.#nowMs);
    this.#undecided ??= this.#leader.proposeGrowth(id, this.#highWatermark, this.#rules);
    // What it is answered is in its log before it fetches again.
    this.#ends.set(id, end + Math.floor((this.#endOffset - end) * share));
  }

  /** The controller takes a broker that is fenced out of the set, as long as somebody stays. */
  #fence(id: number): void {
    this.#fenced.add(id);
    this.#commit(this.#state.isr.filter((member) => member !== id));
  }

  #settle(committed: boolean): void {
    const proposal = this.#undecided;
    this.#undecided = undefined;
    if (proposal === undefined) return;
    const isWhoItWas = proposal.added.every(
      ({ nodeId, brokerEpoch }) => this.#rules.eligibleEpochOf(nodeId) === brokerEpoch,
    );
    if (committed && isWhoItWas && proposal.base === this.#state) this.#commit(proposal.isr);
    this.#leader.refused(proposal);
  }

  #commit(isr: readonly number[]): void {
    this.#state = { ...this.#state, isr, partitionEpoch: this.#state.partitionEpoch + 1 };
    this.#leader.update(this.#state, this.#nowMs);
  }

  #advance(): void {
    const offset = this.#leader.highWatermark(this.#endOffset, this.#rules, this.#nowMs);
    if (offset > this.#highWatermark) {
      this.#highWatermark = offset;
      const members = this.#state.isr.length;
      assert.ok(members >= this.#rules.minInsyncReplicas, 'it moved below the minimum');
    }
    const mayBe = this.#undecided?.base === this.#state ? this.#undecided.isr : [];
    for (const id of new Set([...this.#state.isr, ...mayBe])) {
      const end = id === leaderId ? this.#endOffset : must(this.#ends.get(id));
      assert.ok(end >= this.#highWatermark, `${id} ends at ${end}, below ${this.#highWatermark}`);
    }
  }
}

test('no record counts as replicated that is not on enough replicas', () => {
  holds(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.subarray([2, 3, 4]),
      steps,
      (minInsyncReplicas, isr, run) => {
        const model = new Model(minInsyncReplicas, isr);
        for (const step of run) model.run(step);
      },
    ),
    1000,
  );
});
