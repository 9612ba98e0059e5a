import type { ProducerFigures } from '../contract/picture.ts';
import { perSecond } from './broker-figures.ts';
import type { Answers } from './question.ts';

/** What the admin listener calls itself where it writes what was published over HTTP. */
const httpClientId = 'odradek-http';

/** The connections that write, the busiest first, of all brokers. */
export function producerFigures(
  answers: Answers,
  producersMax: number,
): { readonly producers: ProducerFigures[]; readonly producersMore: number } {
  const all: { readonly producer: ProducerFigures; readonly bytes: number }[] = [];
  let more = 0;
  for (const { nodeId, figures } of answers.values()) {
    more += figures.producersMore;
    for (const { id, clientId, address, lastWroteMs, topics } of figures.producers) {
      const producer = {
        id: `${nodeId}-${id}`,
        clientId,
        address: clientId === httpClientId ? 'http' : address,
        nodeId,
        lastWroteMs,
        topics: topics.map(({ topic, partitions, bytesIn, messagesIn }) => ({
          topic,
          partitions,
          messagesPerSecond: perSecond(messagesIn, figures.windowMs),
          bytesPerSecond: perSecond(bytesIn, figures.windowMs),
        })),
      };
      const bytes = producer.topics.reduce((sum, { bytesPerSecond }) => sum + bytesPerSecond, 0);
      all.push({ producer, bytes });
    }
  }
  all.sort((a, b) => b.bytes - a.bytes || (a.producer.id < b.producer.id ? -1 : 1));
  const producers = all.slice(0, producersMax).map(({ producer }) => producer);
  return { producers, producersMore: more + all.length - producers.length };
}
