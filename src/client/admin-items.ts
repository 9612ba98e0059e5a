import { errorCodes } from '../protocol/error-codes.ts';
import { OdradekError } from '../util/odradek-error.ts';
import { must } from '../util/assert.ts';
import { brokerRefused, isRetriable } from './client-errors.ts';
import type { Cluster } from './cluster.ts';

/** What became of one of several things that were asked for together. */
export type Outcome<T> = { readonly value: T } | { readonly error: OdradekError };

/** The value of an outcome. Throws its error. */
export function valueOf<T>(outcome: Outcome<T>): T {
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

/**
 * Asks for `items` together, and again for those whose refusal may pass, until each is settled or time is up,
 * when the last refusal counts. `attempt` answers one outcome an item, in order. Fails only where nothing could be asked at all.
 * `timeoutMs` is the client's `operationTimeoutMs` unless given; with 0 everything is asked once.
 */
export async function settleItems<Item, T>(
  cluster: Cluster,
  operation: string,
  items: readonly Item[],
  attempt: (items: readonly Item[]) => Promise<readonly Outcome<T>[]>,
  timeoutMs?: number,
): Promise<readonly Outcome<T>[]> {
  const settled: (Outcome<T> | undefined)[] = items.map(() => undefined);
  const round = async (): Promise<void> => {
    const open = items.flatMap((_, index) => (isOpen(settled[index]) ? [index] : []));
    const outcomes = await attempt(open.map((index) => items[index] as Item));
    for (const [position, index] of open.entries()) settled[index] = outcomes[position];
    const passing = settled.find((outcome) => isOpen(outcome));
    if (passing !== undefined && 'error' in passing) throw passing.error;
  };
  if (items.length === 0) return [];
  try {
    await cluster.retrying(operation, round, timeoutMs);
  } catch (error) {
    if (settled.some((outcome) => outcome === undefined)) throw error;
  }
  return settled.map((outcome) => must(outcome));
}

function isOpen(outcome: Outcome<unknown> | undefined): boolean {
  return outcome === undefined || ('error' in outcome && isRetriable(outcome.error));
}

/** The outcomes of `attempt` for parts that go to several brokers, put back into the order of `items`. */
export async function byBroker<Item, T>(
  items: readonly Item[],
  brokerOf: (item: Item) => Promise<number>,
  attempt: (nodeId: number, items: readonly Item[]) => Promise<readonly Outcome<T>[]>,
): Promise<readonly Outcome<T>[]> {
  const outcomes: Outcome<T>[] = [];
  const parts = new Map<number, number[]>();
  for (const [index, item] of items.entries()) {
    try {
      const nodeId = await brokerOf(item);
      const part = parts.get(nodeId);
      if (part === undefined) parts.set(nodeId, [index]);
      else part.push(index);
    } catch (error) {
      outcomes[index] = { error: asOdradekError(error) };
    }
  }
  const ask = async ([nodeId, indexes]: readonly [number, number[]]): Promise<void> => {
    const part = indexes.map((index) => items[index] as Item);
    const answers = await attempt(nodeId, part).catch((error: unknown) => {
      const failure = { error: asOdradekError(error) };
      return part.map((): Outcome<T> => failure);
    });
    for (const [position, index] of indexes.entries()) {
      outcomes[index] = answers[position] as Outcome<T>;
    }
  };
  await Promise.all([...parts].map(ask));
  return outcomes;
}

/** The part of an answer that says whether it is a refusal. */
interface Answer {
  readonly errorCode: number;
  readonly errorMessage?: string | null;
}

/**
 * Why `operation` on one item was refused, or undefined where it was not. A missing answer is a refusal, and
 * an unknown topic is `UNKNOWN_TOPIC`: unlike a reader, who asks for a topic does not wait for it to appear.
 */
export function refusal(
  operation: string,
  answer: Answer | undefined,
  topic?: string,
): OdradekError | undefined {
  const errorCode = answer?.errorCode ?? errorCodes.UNKNOWN_SERVER_ERROR;
  if (errorCode === errorCodes.NONE) return undefined;
  if (topic !== undefined && errorCode === errorCodes.UNKNOWN_TOPIC_OR_PARTITION) {
    return new OdradekError(`there is no topic ${topic}`, { code: 'UNKNOWN_TOPIC', topic });
  }
  return brokerRefused(operation, errorCode, answer?.errorMessage);
}

/** `error` itself, known to be an operating failure; a defect is thrown on. */
function asOdradekError(error: unknown): OdradekError {
  if (error instanceof OdradekError) return error;
  throw error;
}
