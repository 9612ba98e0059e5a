import type { ClusterImage, PartitionImage, TopicImage } from '../../metadata/image.ts';
import type { BrokerFiguresResponse } from '../../protocol/messages/broker-figures.ts';
import type { Answer, Answers } from './question.ts';

type ToldPartition = BrokerFiguresResponse['topics'][number]['partitions'][number];

/** A partition as a broker that leads it told of it. */
export interface ToldLog {
  readonly answer: Answer;
  readonly partition: ToldPartition;
}

/** What leaders told of their partitions, looked up by name. */
export class Logs {
  readonly #image: ClusterImage;
  readonly #byKey = new Map<string, ToldLog>();
  readonly #times = new Map<string, number>();
  readonly #topics = new Set<string>();

  constructor(image: ClusterImage, answers: Answers) {
    this.#image = image;
    for (const answer of answers.values()) {
      for (const { topic, partitions } of answer.figures.topics) {
        for (const partition of partitions) {
          // A broker that leads no more may still have told of it.
          if (this.#leaderOf(topic, partition.partition) !== answer.nodeId) continue;
          this.#topics.add(topic);
          this.#byKey.set(`${topic}/${partition.partition}`, { answer, partition });
        }
      }
      for (const { topic, partitions } of answer.figures.positions) {
        for (const { partition, offset, timestampMs } of partitions) {
          this.#times.set(`${topic}/${partition}/${offset}`, timestampMs);
        }
      }
    }
  }

  #leaderOf(topic: string, index: number): number {
    return this.#image.topicsByName.get(topic)?.partitions[index]?.leader ?? -1;
  }

  /** The log of a partition; of a filtered topic, its source's. Undefined where its leader did not tell. */
  get(topic: string, index: number): ToldLog | undefined {
    return this.#byKey.get(`${this.#sourceOf(topic)}/${index}`);
  }

  /** Whether a leader told of any of its partitions. */
  has(topic: string): boolean {
    return this.#topics.has(this.#sourceOf(topic));
  }

  /** Whether a topic shows of another one's records those that match. */
  isFiltered(topic: string): boolean {
    return this.#image.topicsByName.get(topic)?.filtered !== undefined;
  }

  /** The last fetch of a client from a partition, as far as its leader remembers; `nowMs` is monotonic. */
  fetchOf(
    { clientId, host }: { readonly clientId: string; readonly host: string },
    topic: string,
    index: number,
    nowMs: number,
  ): { readonly fetchOffset: number; readonly agoMs: number } | undefined {
    const told = this.get(topic, index);
    // Groups have a slash before it.
    const address = host.replace(/^\//, '');
    const found = told?.partition.readers.find(
      (reader) =>
        reader.clientId === clientId && reader.clientHost === address && reader.topic === topic,
    );
    if (told === undefined || found === undefined) return undefined;
    const agoMs = found.agoMs + Math.round(nowMs - told.answer.atMs);
    return { fetchOffset: found.fetchOffset, agoMs };
  }

  /** When the record at an offset was written. */
  timeAt(topic: string, index: number, offset: number): number | undefined {
    return this.#times.get(`${this.#sourceOf(topic)}/${index}/${offset}`);
  }

  #sourceOf(topic: string): string {
    return sourceOf(this.#image, topic);
  }

  /** A topic's partitions, with what is told of each. */
  of({
    name,
    partitions,
  }: TopicImage): { readonly image: PartitionImage; readonly told: ToldLog | undefined }[] {
    return partitions.map((image) => ({ image, told: this.get(name, image.index) }));
  }
}

/** The topic that has the logs of `topic`. */
export function sourceOf(image: ClusterImage, topic: string): string {
  return image.topicsByName.get(topic)?.filtered?.sourceTopic ?? topic;
}
