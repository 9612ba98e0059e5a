import type { AdminRequest } from '../http/admin-request.ts';
import { param } from '../http/admin-request.ts';
import { events } from '../http/answer.ts';
import { badField } from '../http/problem.ts';
import type { Route } from '../http/route.ts';
import { parsePosition, type Position } from '../records/position.ts';
import {
  queryFilter,
  queryIsolation,
  queryPartitions,
  topicImage,
} from '../records/record-query.ts';
import { parseStreamId } from '../records/stream-positions.ts';
import { Subscription } from '../records/subscription.ts';

/** Their positions must fit into a header when a client comes back. */
const partitionsMax = 500;

/** For pages and programs that speak only HTTP: `GET /topics/NAME/stream` (docs/HTTP.md). */
export const streamRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/topics/:name/stream',
    access: 'read',
    crossOrigin: true,
    handle: (request, { broker, client, runtime, thread }) => {
      const { query } = request;
      const topic = topicImage(broker, param(request, 'name'));
      const partitions = queryPartitions(query, topic);
      const count = partitions?.length ?? topic.partitions.length;
      if (count > partitionsMax) {
        const message = `${count} partitions cannot be subscribed to at once over HTTP, but ${partitionsMax}.`;
        throw badField('partition', message);
      }
      const options = {
        topic,
        partitions,
        from: whereToBegin(request, topic.id),
        filter: queryFilter(query),
        isolation: queryIsolation(query),
        decompressedBytesMax: broker.config.decompressedBatchMaxBytes,
      };
      const partitionCount = (): number =>
        broker.metadata.image.topicsById.get(topic.id)?.partitions.length ?? 0;
      return events((stream) =>
        new Subscription(options, { client, runtime, thread, partitionCount, stream }).run(),
      );
    },
  },
];

/** Where the client stopped, where it was before; else where the query says; else the end. */
function whereToBegin({ query, header }: AdminRequest, topicId: string): Position {
  const lastId = header('last-event-id') ?? query.get('lastEventId');
  if (lastId !== null && lastId !== '') {
    const offsets = parseStreamId(lastId, topicId);
    // Another topic that has the name by now: all of it is new.
    return offsets === undefined ? { at: 'beginning' } : { at: 'cursor', offsets };
  }
  return parsePosition(query.get('from') ?? 'end', 'from');
}
