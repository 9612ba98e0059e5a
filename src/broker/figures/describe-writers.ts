import type { BrokerFiguresResponse } from '../../protocol/messages/broker-figures.ts';
import type { Writer, Writers } from './writers.ts';

type ProducerAnswer = BrokerFiguresResponse['producers'][number];

/** What is told of the connections that write: the busiest first. */
export function describeWriters(
  writers: Writers,
  options: { readonly producersMax: number; readonly nowMs: number; readonly wallMs: number },
): { readonly producers: ProducerAnswer[]; readonly producersMore: number } {
  const ranked = [...writers.all()].map((writer) => ({ writer, bytes: bytesOf(writer) }));
  ranked.sort((a, b) => b.bytes - a.bytes || b.writer.lastWroteMs - a.writer.lastWroteMs);
  const shown = ranked.slice(0, Math.max(0, options.producersMax));
  return {
    producers: shown.map(({ writer }) => describeWriter(writer, options)),
    producersMore: ranked.length - shown.length,
  };
}

function bytesOf({ partitions }: Writer): number {
  let bytes = 0;
  for (const traffic of partitions.values()) bytes += traffic.recent().bytesIn;
  return bytes;
}

function describeWriter(
  { id, clientId, source, lastWroteMs, partitions }: Writer,
  { nowMs, wallMs }: { readonly nowMs: number; readonly wallMs: number },
): ProducerAnswer {
  const topics = new Map<string, ProducerAnswer['topics'][number]>();
  for (const [{ topic, index }, traffic] of partitions) {
    const { bytesIn, messagesIn } = traffic.recent();
    const known = topics.get(topic) ?? { topic, partitions: [], bytesIn: 0, messagesIn: 0 };
    topics.set(topic, known);
    known.partitions.push(index);
    known.bytesIn += bytesIn;
    known.messagesIn += messagesIn;
  }
  for (const topic of topics.values()) topic.partitions.sort((a, b) => a - b);
  const { clientHost, clientPort } = source;
  return {
    id,
    clientId,
    address: clientPort === 0 ? clientHost : `${clientHost}:${clientPort}`,
    lastWroteMs: Math.round(wallMs - (nowMs - lastWroteMs)),
    topics: [...topics.values()],
  };
}
