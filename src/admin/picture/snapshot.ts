import type { ClusterImage } from '../../metadata/image.ts';
import { groupFigures, type GroupInPicture, type Moment } from './group-figures.ts';
import { nextOf } from './group-positions.ts';
import { Logs, sourceOf } from './logs.ts';
import type { Answers, Question } from './question.ts';

/** What is known of the cluster at a moment: its image, what brokers told, and what follows from both. */
export interface Snapshot {
  readonly image: ClusterImage;
  readonly answers: Answers;
  readonly logs: Logs;
  /** Those that were told of, by id. */
  readonly groups: ReadonlyMap<string, GroupInPicture>;
  readonly moment: Moment;
}

/** Puts together what is known; `before` is what was known a moment ago. */
export function takeSnapshot(
  image: ClusterImage,
  answers: Answers,
  moment: Moment,
  before?: Snapshot,
): Snapshot {
  const logs = new Logs(image, answers);
  const groups = new Map(
    groupFigures(image, answers, logs, moment, before).map((group) => [
      group.figures.groupId,
      group,
    ]),
  );
  return { image, answers, logs, groups, moment };
}

/** Topics that are asked for by name at most. */
const topicsMax = 500;
/** Positions whose time is asked for at most. */
const positionsMax = 1000;

/** What is to be known by all means, and how much else. */
export interface Wanted {
  readonly topics: readonly string[];
  readonly groups: readonly string[];
  readonly topicsMax: number;
  readonly groupsMax: number;
  readonly producersMax: number;
}

/** What to ask for next: what is wanted, and what the groups read that were told of last, with their positions. */
export function nextQuestion(wanted: Wanted, last: Snapshot | undefined): Question {
  const topics = new Set(wanted.topics);
  const positions = new Map<string, { partition: number; offset: number }[]>();
  let count = 0;
  for (const { figures } of last?.groups.values() ?? []) {
    for (const position of figures.offsets) {
      const { topic, partition, lag } = position;
      topics.add(topic);
      const offset = nextOf(position);
      if (offset === null || lag === 0 || count >= positionsMax) continue;
      count++;
      const name = last === undefined ? topic : sourceOf(last.image, topic);
      const known = positions.get(name) ?? [];
      positions.set(name, known);
      known.push({ partition, offset });
    }
  }
  const sources = [...topics].map((topic) =>
    last === undefined ? topic : sourceOf(last.image, topic),
  );
  return {
    ...wanted,
    topics: [...new Set(sources)].slice(0, topicsMax),
    groups: [...wanted.groups],
    positions: [...positions].map(([topic, partitions]) => ({ topic, partitions })),
  };
}
