import { nothing } from '../../coordinator.ts';
import type { AppendError, Decision } from '../../coordinator.ts';
import type { ClassicConversions } from '../classic/classic-conversions.ts';
import type { ClassicGroup } from '../classic/classic-group.ts';
import type { GroupRecord } from '../group-records.ts';

const tagPrefix = 'consumer-upgrade/';

/** Classic groups whose records as consumer groups are on their way. */
export class PendingUpgrades {
  readonly #classicGroups: ClassicConversions;
  readonly #groups = new Map<string, ClassicGroup>();
  #begun = 0;

  constructor(modules: { readonly classicGroups: ClassicConversions }) {
    this.#classicGroups = modules.classicGroups;
  }

  /** The tag of the append that an upgrade waits for. */
  begin(group: ClassicGroup): string {
    const tag = `${tagPrefix}${++this.#begun}`;
    this.#groups.set(tag, group);
    return tag;
  }

  /** Has those that wait for the classic group join again. Undefined for a tag of somebody else. */
  appendEnded(tag: string, error: AppendError | undefined): Decision<GroupRecord> | undefined {
    if (!tag.startsWith(tagPrefix)) return undefined;
    const group = this.#groups.get(tag);
    this.#groups.delete(tag);
    return group === undefined || error !== undefined
      ? nothing
      : this.#classicGroups.leftClassic(group);
  }
}
