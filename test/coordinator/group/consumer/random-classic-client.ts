import type { ErrorName } from '../../../../src/protocol/error-codes.ts';
import type { ConsumerHost } from './consumer-host.ts';
import { TestClassicMember } from './test-classic-member.ts';

/**
 * A client of the classic protocol that does what is next: it joins, asks what it owns, and beats. It lets go
 * of what it is not to own any more as soon as it is told, and joins again to say so.
 */
export class RandomClassicClient {
  readonly member: TestClassicMember;
  #next: 'join' | 'sync' | 'beat' = 'join';
  /** Steps that an answer has been outstanding. */
  #waited = 0;

  constructor(host: ConsumerHost, groupId: string, topics: readonly string[]) {
    this.member = new TestClassicMember(host, groupId);
    this.member.told = { topics };
  }

  /** Does what is next; what came of it. */
  step(): ErrorName | 'waits' | 'no coordinator' {
    switch (this.#next) {
      case 'join':
        return this.#join();
      case 'sync':
        return this.#sync();
      case 'beat': {
        const error = this.member.beat();
        if (error === undefined) return 'no coordinator';
        this.#failed(error);
        return error;
      }
    }
  }

  /** An answer comes that was outstanding. */
  replied(requestId: number, response: unknown): void {
    if (this.member.pendingJoin === requestId) {
      const error = this.member.joined(response as Parameters<TestClassicMember['joined']>[0]);
      if (error === 'NONE') this.#next = 'sync';
      else this.#failed(error);
    } else if (this.member.pendingSync === requestId) {
      const error = this.member.synced(response as Parameters<TestClassicMember['synced']>[0]);
      this.#synced(error);
    }
  }

  #join(): ErrorName | 'waits' | 'no coordinator' {
    if (this.member.pendingJoin !== undefined && ++this.#waited < 5) return 'waits';
    this.#waited = 0;
    const error = this.member.join();
    if (error === undefined) return 'waits';
    if (error === 'NONE') this.#next = 'sync';
    else this.#failed(error);
    return error;
  }

  #sync(): ErrorName | 'waits' | 'no coordinator' {
    if (this.member.pendingSync !== undefined && ++this.#waited < 5) return 'waits';
    this.#waited = 0;
    // A leader gives all to itself: who gets what does not matter here.
    const error = this.member.sync(new Map([[this.member.memberId, []]]));
    if (error === undefined) return 'waits';
    this.#synced(error);
    return error;
  }

  #synced(error: ErrorName): void {
    if (error === 'NONE') this.#next = 'beat';
    else this.#failed(error);
  }

  #failed(error: ErrorName): void {
    if (error === 'NONE') return;
    this.#next = 'join';
    if (error === 'REBALANCE_IN_PROGRESS') return;
    this.member.holding.clear();
    if (error === 'UNKNOWN_MEMBER_ID') this.member.memberId = '';
  }
}
