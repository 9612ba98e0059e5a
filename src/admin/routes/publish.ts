import { param } from '../http/admin-request.ts';
import { json, type WholeAnswer } from '../http/answer.ts';
import { badField } from '../http/problem.ts';
import type { Route } from '../http/route.ts';
import { isError } from '../../util/is-error.ts';
import { incomingRecords } from '../records/incoming-records.ts';
import { type Acks, publishProblem, type Published } from '../records/publisher.ts';

/** For sources that speak only HTTP: `POST /topics/NAME` (docs/HTTP.md). */
export const publishRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/topics/:name',
    access: 'change',
    crossOrigin: true,
    handle: async (request, { publisher, thread }) => {
      const topic = param(request, 'name');
      const acks = queryAcks(request.query.get('acks') ?? 'all');
      const { isOne, records } = await incomingRecords(request, topic, thread.slices());
      const published = await publisher.publish(records, acks);
      return isOne ? oneAnswer(topic, published) : severalAnswer(topic, published);
    },
  },
];

function queryAcks(text: string): Acks {
  switch (text) {
    case 'all':
    case '-1':
      return 'all';
    case '1':
      return 1;
    case '0':
      return 0;
    default:
      throw badField('acks', `acks=${text}: expected all, 1 or 0.`);
  }
}

function oneAnswer(topic: string, [published]: readonly Published[]): WholeAnswer {
  if (published === undefined) throw new TypeError('one record has one outcome');
  if (!isError(published)) return json({ topic, ...place(published) });
  const { status, error } = publishProblem(published);
  return json({ error }, status);
}

/** What failed first gives the status: who looks at nothing else learns that not all is well. */
function severalAnswer(topic: string, published: readonly Published[]): WholeAnswer {
  const results = published.map((one) =>
    isError(one) ? { error: publishProblem(one).error } : place(one),
  );
  const failure = published.find(isError);
  if (failure === undefined) return json({ topic, results });
  const { status, error } = publishProblem(failure);
  return json({ error, topic, results }, status);
}

/** An offset is null where nobody was asked for it (`acks=0`). */
function place({ partition, offset, timestampMs }: Exclude<Published, Error>) {
  return { partition, offset: offset < 0 ? null : offset, timestamp: timestampMs };
}
