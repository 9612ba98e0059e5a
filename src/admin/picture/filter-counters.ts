import type { FilterCounters } from '../contract/topics.ts';
import type { Answers } from './question.ts';

/** What the filter of a filtered topic has done on all brokers that answered. */
export function filterCounters(topic: string, answers: Answers): FilterCounters {
  const sums = { evaluated: 0, matched: 0, failed: 0, overBudget: 0, unreadable: 0 };
  for (const { figures } of answers.values()) {
    for (const filter of figures.filters) {
      if (filter.topic !== topic) continue;
      sums.evaluated += filter.evaluated;
      sums.matched += filter.matched;
      sums.failed += filter.failed;
      sums.overBudget += filter.overBudget;
      sums.unreadable += filter.unreadable;
    }
  }
  return sums;
}
