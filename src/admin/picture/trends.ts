import type { GroupFigures } from '../contract/picture.ts';

/** Groups that are followed; of more, those that were noted first are forgotten. */
const groupsMax = 1000;
/** Lags that are kept of a group, and how far apart they are at least. */
const samplesMax = 13;
const sampleEveryMs = 5000;
/** What is seen for a shorter time shows no trend. */
const trendMsMin = 15_000;
/** A change by less is none. */
const changeMin = 10;
const changePart = 0.05;

interface Followed {
  readonly samples: { readonly atMs: number; readonly lag: number }[];
  state: string;
  /** Wall-clock time; null where it was so when it was seen first. */
  stateSinceMs: number | null;
  laggingSinceMs: number | null;
  /** Whether it was ever seen without a lag: else nobody knows since when it has one. */
  wasCaughtUp: boolean;
}

/** How the lags of groups change, and since when. */
export class Trends {
  readonly #groups = new Map<string, Followed>();

  /** Takes in what a group is like now. `nowMs` is monotonic, `wallMs` the time of day. */
  note(
    { groupId, state, lag }: Pick<GroupFigures, 'groupId' | 'state' | 'lag'>,
    { nowMs, wallMs }: { readonly nowMs: number; readonly wallMs: number },
  ): void {
    const followed = this.#groups.get(groupId) ?? this.#follow(groupId, state);
    if (followed.state !== state) {
      followed.state = state;
      followed.stateSinceMs = wallMs;
    }
    if (lag === null) return;
    if (lag === 0) {
      followed.wasCaughtUp = true;
      followed.laggingSinceMs = null;
    } else if (followed.wasCaughtUp) followed.laggingSinceMs ??= wallMs;
    const { samples } = followed;
    const last = samples.at(-1);
    if (last !== undefined && nowMs - last.atMs < sampleEveryMs) return;
    samples.push({ atMs: nowMs, lag });
    if (samples.length > samplesMax) samples.shift();
  }

  #follow(groupId: string, state: string): Followed {
    const followed: Followed = {
      samples: [],
      state,
      stateSinceMs: null,
      laggingSinceMs: null,
      wasCaughtUp: false,
    };
    this.#groups.set(groupId, followed);
    const [oldest] = this.#groups.keys();
    if (this.#groups.size > groupsMax && oldest !== undefined) this.#groups.delete(oldest);
    return followed;
  }

  /** Where the lag of a group goes, over the last minute. */
  trendOf(groupId: string): GroupFigures['trend'] {
    const samples = this.#groups.get(groupId)?.samples ?? [];
    const [first, last] = [samples[0], samples.at(-1)];
    if (first === undefined || last === undefined) return 'unknown';
    if (last.atMs - first.atMs < trendMsMin) return 'unknown';
    const change = last.lag - first.lag;
    if (Math.abs(change) < Math.max(changeMin, first.lag * changePart)) return 'steady';
    return change > 0 ? 'growing' : 'shrinking';
  }

  /** Since when the group has something unread without a break; null where it has nothing, or that is not known. */
  laggingSinceMs(groupId: string): number | null {
    return this.#groups.get(groupId)?.laggingSinceMs ?? null;
  }

  /** Since when it is in its state; null where that is not known. */
  stateSinceMs(groupId: string): number | null {
    return this.#groups.get(groupId)?.stateSinceMs ?? null;
  }
}
