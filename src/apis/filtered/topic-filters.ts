import { compileFilter, type Filter } from '../../filter/filter.ts';
import type { ImageDelta, TopicImage } from '../../metadata/image.ts';
import type { Clock, Timers } from '../../runtime/runtime.ts';
import type { Logger } from '../../util/logger.ts';
import { hasCode } from '../../util/odradek-error.ts';
import { BatchJudge } from './batch-judge.ts';
import { FilterTurns } from './filter-turns.ts';
import { TopicFilter } from './topic-filter.ts';

/** What filtered topics are served with. */
export interface TopicFiltersModules {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly defect: (error: unknown) => void;
}

/** The filters of this broker's filtered topics, each compiled when it is first read by, and what they share. */
export class TopicFilters {
  readonly judge: BatchJudge;
  readonly turns: FilterTurns;
  readonly #logger: Logger;
  #lastId = 0;
  /** A topic's image stays the same object while the topic is there. */
  readonly #compiled = new Map<TopicImage, TopicFilter>();

  constructor(options: { readonly cacheBytes: number }, modules: TopicFiltersModules) {
    this.judge = new BatchJudge(options);
    this.turns = new FilterTurns(modules);
    this.#logger = modules.logger;
  }

  /** The filter of `topic` as it is set now; undefined where it does not compile, as one of a later version. */
  of(topic: TopicImage): TopicFilter | undefined {
    const source = topic.filtered?.filter;
    if (source === undefined) return undefined;
    const known = this.#compiled.get(topic);
    if (known?.filter.source === source) return known;
    try {
      const compiled = new TopicFilter(++this.#lastId, compileFilter(source));
      this.#compiled.set(topic, compiled);
      return compiled;
    } catch (error) {
      if (!hasCode(error, 'INVALID_FILTER') && !hasCode(error, 'MISSING_PACKAGE')) throw error;
      this.#logger.error('a filtered topic cannot be read', {
        topic: topic.name,
        error: error.message,
      });
      return undefined;
    }
  }

  /** The topics that have been read by their filters, with what these counted. */
  *counted(): Generator<{ readonly topic: string; readonly counters: Filter['counters'] }> {
    for (const [{ name: topic }, { filter }] of this.#compiled) {
      yield { topic, counters: filter.counters };
    }
  }

  /** Takes in what some commits changed: who waits in a topic that went, or has another filter, looks again. */
  imageChanged({ topicsDeleted, topicConfigsChanged }: ImageDelta): void {
    for (const topic of topicsDeleted) this.#end(topic);
    for (const topic of topicConfigsChanged) {
      const known = this.#compiled.get(topic);
      if (known?.filter.source !== topic.filtered?.filter) this.#end(topic);
    }
  }

  #end(topic: TopicImage): void {
    const known = this.#compiled.get(topic);
    this.#compiled.delete(topic);
    known?.end();
  }
}
