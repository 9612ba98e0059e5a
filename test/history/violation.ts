import type { HistoryEvent, PartitionName } from './history.ts';

/** The rules that a history is held to. */
export type Rule =
  | 'lost'
  | 'doubled'
  | 'reordered'
  | 'two records'
  | 'never sent'
  | 'refused, but written'
  | 'reader went back'
  | 'reader left out'
  | 'high watermark went back'
  | 'commit went back'
  | 'replicas differ'
  | 'not settled'
  /** A broken invariant of the broker, or of the simulation itself. */
  | 'defect';

/** A rule that was broken, in a sentence, and the events that show it. */
export interface Violation {
  readonly rule: Rule;
  readonly message: string;
  readonly events: readonly HistoryEvent[];
  /** Where it concerns one. */
  readonly partition?: PartitionName;
}

/** What a cluster has promised for the faults that it was put to. */
export interface HistoryPromise {
  /**
   * Topics that may lose even what was acknowledged, and the reason: two machines lost power at once, say, or an
   * unclean election was allowed. Their offsets may then hold other records than before, and readers may find
   * themselves behind the end. `__consumer_offsets` is one of them: groups' commits may then go back.
   */
  readonly mayLose?: ReadonlyMap<string, string>;
  /** Topics in which only the last record of a key is sure to stay. */
  readonly compacted?: ReadonlySet<string>;
  /** Whether the run healed everything in the end, and waited for it to settle. Default: true. */
  readonly settles?: boolean;
}
