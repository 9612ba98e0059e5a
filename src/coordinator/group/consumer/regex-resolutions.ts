import type { TopicsView } from '../group-events.ts';
import { regexSubscribers } from './group-view.ts';
import type { GroupView, ResolvedRegex } from './group-view.ts';
import type { GroupDraft } from './group-draft.ts';
import type { WhenWritten } from './when-written.ts';
import { compilePattern } from './topic-pattern.ts';
import type { TopicPattern } from './topic-pattern.ts';

/**
 * Instructions times characters that one event may cost: some milliseconds, at the worst. What needs more
 * goes on in further events.
 */
const stepsPerEvent = 200_000;
/** Compiled expressions that are kept. */
const keptPatternsMax = 256;

/** One expression, and the names that have still to be held against it. */
interface PendingRegex {
  readonly regex: string;
  readonly pattern: TopicPattern | undefined;
  readonly names: readonly string[];
  nextName: number;
  readonly topics: Set<string>;
}

interface PendingResolution {
  readonly regexes: readonly PendingRegex[];
  /** Topic changes up to this one are taken in by it. */
  readonly position: number;
}

/** How far a resolution came. */
export interface Resolution {
  readonly pending: boolean;
  /** Whether an expression matches other topics than before; those were written. */
  readonly changed: boolean;
  /** Topic changes up to this one were taken in, if it is done; undefined if there was nothing to do. */
  readonly position?: number;
}

/**
 * Finds the topics that match the regular expressions of groups. What was found before is corrected by the
 * topics that have changed since; only a new expression, or one of which it is not known what was missed, is
 * held against all topics.
 *
 * What is under way is lost with the coordinator, and is begun again by the next heartbeat.
 */
export class RegexResolutions {
  readonly #topics: TopicsView;
  readonly #patterns = new Map<string, TopicPattern | { readonly problem: string }>();
  readonly #pending = new Map<string, PendingResolution>();

  constructor(modules: { readonly topics: TopicsView }) {
    this.#topics = modules.topics;
  }

  /** What is wrong with an expression; undefined for nothing. */
  problemOf(regex: string): string | undefined {
    const pattern = this.#patternOf(regex);
    return 'problem' in pattern ? pattern.problem : undefined;
  }

  /**
   * Begins with all expressions of a group that are not resolved, or that `changed` topics may concern, unless
   * some are under way.
   */
  begin(group: GroupView, changed: ReadonlySet<string> | 'all', position: number): void {
    if (this.#pending.has(group.groupId)) return;
    const pending: PendingRegex[] = [];
    for (const regex of regexSubscribers(group).keys()) {
      const known = group.resolvedRegex(regex);
      if (known !== undefined && changed !== 'all' && changed.size === 0) continue;
      pending.push(this.#pendingRegex(regex, known, changed));
    }
    if (pending.length > 0) this.#pending.set(group.groupId, { regexes: pending, position });
  }

  /**
   * Goes on with what is under way, as far as one event may. When all of it is done, writes what has
   * changed; it is under way until that is in the log.
   */
  advance(draft: GroupDraft, nowMs: number, whenWritten: WhenWritten): Resolution {
    const pending = this.#pending.get(draft.groupId);
    if (pending === undefined) return { pending: false, changed: false };
    let steps = stepsPerEvent;
    for (const one of pending.regexes) {
      steps = matchSome(one, steps);
      if (one.nextName < one.names.length) return { pending: true, changed: false };
    }
    const subscribed = regexSubscribers(draft);
    let changed = false;
    for (const { regex, topics } of pending.regexes) {
      if (!subscribed.has(regex) || sameTopics(draft.resolvedRegex(regex), topics)) continue;
      draft.putRegex(regex, { topics, version: 0n, timestampMs: nowMs });
      changed = true;
    }
    // Members have come with further expressions in the meantime.
    const goesOn = [...subscribed.keys()].some((regex) => draft.resolvedRegex(regex) === undefined);
    whenWritten.add(() => {
      if (this.#pending.get(draft.groupId) === pending) this.#pending.delete(draft.groupId);
    });
    return goesOn
      ? { pending: true, changed }
      : { pending: false, changed, position: pending.position };
  }

  /** The group is no more. */
  forget(groupId: string): void {
    this.#pending.delete(groupId);
  }

  #pendingRegex(
    regex: string,
    known: ResolvedRegex | undefined,
    changed: ReadonlySet<string> | 'all',
  ): PendingRegex {
    const pattern = this.#patternOf(regex);
    const topics = new Set<string>();
    const names: string[] = [];
    if (known === undefined || changed === 'all') names.push(...this.#topics.names());
    else {
      for (const name of known.topics) if (!changed.has(name)) topics.add(name);
      for (const name of changed) if (this.#topics.byName(name) !== undefined) names.push(name);
    }
    return {
      regex,
      // One that was written when another library judged it matches nothing here.
      pattern: 'problem' in pattern ? undefined : pattern,
      names,
      nextName: 0,
      topics,
    };
  }

  #patternOf(regex: string): TopicPattern | { readonly problem: string } {
    const kept = this.#patterns.get(regex);
    if (kept !== undefined) return kept;
    const pattern = compilePattern(regex);
    // Those that are wrong are not kept: their senders would choose what is dropped.
    if ('problem' in pattern) return pattern;
    if (this.#patterns.size >= keptPatternsMax) this.#patterns.clear();
    this.#patterns.set(regex, pattern);
    return pattern;
  }
}

/** Matches names until none are left or the steps are used up; the steps that are left. */
function matchSome(one: PendingRegex, steps: number): number {
  let left = steps;
  for (; one.nextName < one.names.length && left > 0; one.nextName++) {
    const name = one.names[one.nextName] ?? '';
    left -= (one.pattern?.size ?? 0) * name.length + 1;
    if (one.pattern?.matches(name) === true) one.topics.add(name);
  }
  return left;
}

function sameTopics(known: ResolvedRegex | undefined, topics: ReadonlySet<string>): boolean {
  if (known === undefined || known.topics.size !== topics.size) return false;
  for (const name of topics) if (!known.topics.has(name)) return false;
  return true;
}
