import { replyTo } from './coordinator.ts';
import type { Deadline, Decision, Reply, RequestRef } from './coordinator.ts';

/** A decision in the making. It is itself the decision once nothing is added to it any more. */
export class DecisionBuilder<Rec> implements Decision<Rec> {
  readonly records: Rec[] = [];
  readonly replies: Reply[] = [];
  readonly deadlines: Deadline[] = [];
  appendTag: string | undefined;
  /** Whether it answers requests that are not its event's, so that it may not have records. */
  answersOthers = false;

  /** Answers the request of its event. */
  reply<Response>(request: RequestRef<Response>, response: Response): void {
    this.replies.push(replyTo(request, response));
  }

  /** Answers a request that waited. */
  replyToOther<Response>(request: RequestRef<Response>, response: Response): void {
    this.replies.push(replyTo(request, response));
    this.answersOthers = true;
  }

  /** Sets the one moment of `key`. */
  setDeadline(key: string, atMs: number): void {
    this.deadlines.push({ key, atMs });
  }

  /** Whatever moment `key` had does not matter any more. */
  dropDeadline(key: string): void {
    this.deadlines.push({ key, atMs: undefined });
  }

  /** Adds all that another coordinator of the same partition decided. Its append tag wins. */
  add(decision: Decision<Rec>): void {
    this.records.push(...decision.records);
    this.replies.push(...decision.replies);
    this.deadlines.push(...decision.deadlines);
    this.appendTag = decision.appendTag ?? this.appendTag;
  }
}
