/** Records of the made-up cluster: made from their place, so that nothing is kept but what was published. */
import type {
  BytesView,
  RecordBody,
  RecordView,
  SearchDone,
  SearchProgress,
} from '../../src/admin/contract/messages.ts';
import { answeredItself, FakeProblem, startEvents } from './fake-admin.ts';
import type { FakeRequest, FakeRoute } from './fake-admin.ts';
import type { FakeCluster, FakePartition, FakeTopic } from './fake-cluster.ts';

const published = new Map<string, RecordView>();
const players = ['ViratKohli', 'MSDhoni', 'SachinTendulkar', 'RohitSharma', 'JaspritBumrah'];

/** Routes of messages. */
export const messageRoutes: readonly FakeRoute[] = [
  ['GET', /^\/api\/topics\/([^/]+)\/messages$/, messages],
  ['GET', /^\/api\/topics\/([^/]+)\/messages\/(\d+)\/(\d+)$/, oneMessage],
  ['POST', /^\/api\/topics\/([^/]+)\/messages$/, publish],
  ['POST', /^\/api\/topics\/([^/]+)\/resend$/, resend],
  ['GET', /^\/api\/topics\/([^/]+)\/export$/, exportLines],
  ['POST', /^\/api\/topics\/([^/]+)\/import$/, importLines],
  ['POST', /^\/api\/filter$/, ({ body }) => checkFilter((body as { filter: string }).filter)],
];

/** The topic of that name. Throws a 404. */
export function topicOf(cluster: FakeCluster, name = ''): FakeTopic {
  const topic = cluster.topics.get(name);
  if (topic !== undefined) return topic;
  throw new FakeProblem(404, 'UNKNOWN_TOPIC_OR_PARTITION', `There is no topic ${name}.`, {
    remedy: 'It may have been deleted meanwhile.',
  });
}

function textView(text: string): BytesView {
  return { text, sizeBytes: Buffer.byteLength(text) };
}

function recordAt(topic: FakeTopic, one: FakePartition, offset: number, nowMs: number): RecordView {
  const kept = published.get(`${topic.name}/${one.index}/${offset}`);
  if (kept !== undefined) return kept;
  const seed = (offset * 2_654_435_761 + one.index * 40_503) >>> 0;
  const rate = Math.max(one.messagesPerSecond, 0.05);
  const player = players[seed % players.length] ?? '';
  return {
    topic: topic.name,
    partition: one.index,
    offset,
    timestamp: Math.round(nowMs - ((one.highWatermark - offset) / rate) * 1000 - (seed % 20)),
    key: seed % 11 === 0 ? null : textView(`${player}-${seed % 97}`),
    value: valueOf(seed, player, offset),
    headers:
      seed % 3 === 0
        ? [
            { key: 'trace-id', value: textView(seed.toString(16).padStart(8, '0')) },
            { key: 'source', value: textView('web') },
          ]
        : [],
  };
}

function valueOf(seed: number, player: string, offset: number): BytesView | null {
  if (seed % 37 === 0) return null;
  if (seed % 23 === 0) {
    const bytes = Buffer.from([0, 255, 254, seed % 256, 0xc3, 0x28, ...Buffer.from(player)]);
    return { base64: bytes.toString('base64'), sizeBytes: bytes.length };
  }
  if (seed % 19 === 0) return textView(`plain text of ${player}\n<script>alert(1)</script>`);
  return textView(
    `{"player":"${player}","id":${9_007_199_254_740_993n + BigInt(offset)},"runs":${seed % 120},` +
      `"strike_rate":${(seed % 20_000) / 100},"out":${seed % 2 === 0},` +
      `"match":{"venue":"Wankhede","overs":[{"n":1,"runs":7},{"n":2,"runs":${seed % 20}}]},"tags":[]}`,
  );
}

/** The fake knows no CEL: a record matches when it holds every text that stands in quotes. */
function matcherOf(where: string | null): (record: RecordView) => boolean {
  if (where === null || where === '') return () => true;
  checkFilter(where);
  const texts = [...where.matchAll(/"([^"]*)"|'([^']*)'/g)].map(([, a, b]) => a ?? b ?? '');
  return (record) => {
    const all = JSON.stringify(record);
    return texts.every((text) => all.includes(text));
  };
}

function checkFilter(filter: string): { ok: true } {
  const offset = filter.search(/[@#;]|&&\s*$|==\s*$/);
  if (offset === -1) return { ok: true };
  const lines = filter.slice(0, offset).split('\n');
  throw new FakeProblem(
    400,
    'INVALID_FILTER',
    `The filter is not understood at line ${lines.length}: an expression is expected here.`,
    { at: { offset, line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 } },
  );
}

async function messages(request: FakeRequest): Promise<unknown> {
  const { cluster, names, url } = request;
  const topic = topicOf(cluster, names[0]);
  const query = url.searchParams;
  const matches = matcherOf(query.get('where'));
  if (query.get('follow') === 'true') return follow(request, topic, matches);
  const limit = Number(query.get('limit') ?? 100);
  const places = placesOf(topic, query, cluster.nowMs);
  const send = startEvents(request.response);
  let scanned = 0;
  let found: RecordView[] = [];
  let matched = 0;
  let batch: RecordView[] = [];
  const progress = (): SearchProgress => ({
    scanned,
    scannedBytes: scanned * 212,
    matched,
    failed: Math.floor(scanned / 5000),
    toScan: places.length,
  });
  const flush = (): void => {
    if (batch.length > 0) send('records', batch);
    batch = [];
    send('progress', progress());
  };
  for (const { partition, offset } of places) {
    if (request.response.destroyed) return answeredItself;
    const one = topic.partitions[partition];
    if (one === undefined) continue;
    const record = recordAt(topic, one, offset, cluster.nowMs);
    scanned += 1;
    if (matches(record)) {
      matched += 1;
      batch.push(record);
      found.push(record);
    }
    if (scanned % 2000 === 0 || batch.length >= 50) {
      flush();
      await new Promise((resolve) => setTimeout(resolve, scanned % 2000 === 0 ? 60 : 0));
    }
    if (matched === limit) break;
  }
  flush();
  const next = matched === limit && scanned < places.length ? cursorAfter(places, scanned) : null;
  const done: SearchDone = { ...progress(), reason: next === null ? 'end' : 'limit', next };
  found = [];
  send('done', done);
  request.response.end();
  return answeredItself;

  function cursorAfter(all: readonly Place[], count: number): string {
    const newest = (query.get('order') ?? 'newest') === 'newest';
    const last = new Map<number, number>();
    for (const { partition, offset } of all.slice(0, count)) {
      last.set(partition, newest ? offset : offset + 1);
    }
    return [...last].map(([partition, offset]) => `${partition}:${offset}`).join(',');
  }
}

interface Place {
  readonly partition: number;
  readonly offset: number;
  readonly timeMs: number;
}

function placesOf(topic: FakeTopic, query: URLSearchParams, nowMs: number): Place[] {
  const order = query.get('order') ?? 'newest';
  const wanted = query.getAll('partition').map(Number);
  const places: Place[] = [];
  for (const one of topic.partitions) {
    if (wanted.length > 0 && !wanted.includes(one.index)) continue;
    const [from, until] = rangeOf(one, query, order, nowMs);
    const rate = Math.max(one.messagesPerSecond, 0.05);
    for (let offset = Math.max(from, until - 60_000); offset < until; offset += 1) {
      const timeMs = nowMs - ((one.highWatermark - offset) / rate) * 1000;
      places.push({ partition: one.index, offset, timeMs });
    }
  }
  if (order === 'newest') return places.toSorted((a, b) => b.timeMs - a.timeMs);
  return order === 'offset' ? places.toSorted((a, b) => a.timeMs - b.timeMs) : places;
}

function rangeOf(
  one: FakePartition,
  query: URLSearchParams,
  order: string,
  nowMs: number,
): readonly [number, number] {
  const end = one.highWatermark;
  if (order === 'newest') {
    const before = new RegExp(`(?:^|,)${one.index}:(\\d+)`).exec(query.get('before') ?? '')?.[1];
    return [one.logStartOffset, before === undefined ? end : Number(before)];
  }
  const from = positionOf(one, query.get('from') ?? 'beginning', nowMs);
  const until = positionOf(one, query.get('until') ?? 'end', nowMs);
  return [Math.max(from, one.logStartOffset), Math.min(until, end)];
}

/** The offset that a position of the contract means. */
export function positionOf(one: FakePartition, text: string, nowMs: number): number {
  const [, at, number] = /^(offset|time|last):(\d+)$/.exec(text) ?? [];
  if (text === 'beginning') return one.logStartOffset;
  if (at === 'offset') return Number(number);
  if (at === 'last') return one.highWatermark - Number(number);
  const rate = Math.max(one.messagesPerSecond, 0.05);
  if (at === 'time') return Math.ceil(one.highWatermark - ((nowMs - Number(number)) / 1000) * rate);
  const cursor = new RegExp(`(?:^|,)${one.index}:(\\d+)`).exec(text)?.[1];
  return cursor === undefined ? one.highWatermark : Number(cursor);
}

function follow(
  { response, cluster, everySecond, url }: FakeRequest,
  topic: FakeTopic,
  matches: (record: RecordView) => boolean,
): unknown {
  const send = startEvents(response);
  const wanted = url.searchParams.getAll('partition').map(Number);
  const from = url.searchParams.get('from') ?? 'end';
  const next = topic.partitions.map((one) => positionOf(one, from, cluster.nowMs));
  let scanned = 0;
  let matched = 0;
  const tell = (): void => {
    const records: RecordView[] = [];
    for (const one of topic.partitions) {
      if (wanted.length > 0 && !wanted.includes(one.index)) continue;
      for (let offset = next[one.index] ?? 0; offset < one.highWatermark; offset += 1) {
        const record = recordAt(topic, one, offset, cluster.nowMs);
        scanned += 1;
        if (matches(record)) records.push(record);
      }
      next[one.index] = Math.max(next[one.index] ?? 0, one.highWatermark);
    }
    matched += records.length;
    if (records.length > 0) send('records', records);
    send('progress', { scanned, scannedBytes: scanned * 212, matched, failed: 0, toScan: null });
  };
  tell();
  everySecond(tell);
  return answeredItself;
}

function oneMessage({ cluster, names }: FakeRequest): RecordView {
  const topic = topicOf(cluster, names[0]);
  const one = topic.partitions[Number(names[1])];
  const offset = Number(names[2]);
  if (one === undefined || offset < one.logStartOffset || offset >= one.highWatermark) {
    throw new FakeProblem(
      404,
      'OFFSET_OUT_OF_RANGE',
      `${topic.name}-${names[1]} has no record at offset ${offset}.`,
    );
  }
  return recordAt(topic, one, offset, cluster.nowMs);
}

function viewOf(text: string | null | undefined, base64: string | undefined): BytesView | null {
  if (base64 !== undefined) return { base64, sizeBytes: Buffer.from(base64, 'base64').length };
  return text === undefined || text === null ? null : textView(text);
}

function write(
  topic: FakeTopic,
  body: RecordBody,
): { partition: number; offset: number; timestamp: number } {
  if (topic.filtered !== null) {
    throw new FakeProblem(
      400,
      'POLICY_VIOLATION',
      `${topic.name} is a filtered topic: publish to its source ${topic.filtered.sourceTopic}.`,
    );
  }
  const partition = body.partition ?? (body.key?.length ?? 0) % topic.partitions.length;
  const one = topic.partitions[partition];
  if (one === undefined) {
    throw new FakeProblem(
      400,
      'UNKNOWN_TOPIC_OR_PARTITION',
      `${topic.name} has no partition ${partition}.`,
      { field: 'partition' },
    );
  }
  const offset = one.highWatermark;
  one.logEndOffset = offset + 1;
  one.highWatermark = offset + 1;
  const timestamp = body.timestamp ?? Date.now();
  published.set(`${topic.name}/${partition}/${offset}`, {
    topic: topic.name,
    partition,
    offset,
    timestamp,
    key: viewOf(body.key, body.keyBase64),
    value: viewOf(body.value, body.valueBase64),
    headers: (body.headers ?? []).map(({ key, value, valueBase64 }) => ({
      key,
      value: viewOf(value, valueBase64),
    })),
  });
  return { partition, offset, timestamp };
}

function publish({ cluster, names, body }: FakeRequest): unknown {
  const topic = topicOf(cluster, names[0]);
  return { results: (body as { records: RecordBody[] }).records.map((one) => write(topic, one)) };
}

function resend({ cluster, names, body }: FakeRequest): unknown {
  const source = topicOf(cluster, names[0]);
  const { records, to } = body as { records: { partition: number; offset: number }[]; to: string };
  const target = topicOf(cluster, to);
  const results = records.map(({ partition, offset }) => {
    const one = source.partitions[partition];
    if (one === undefined) return { error: { code: 'UNKNOWN', message: 'no such partition' } };
    const { key, value, headers } = recordAt(source, one, offset, cluster.nowMs);
    return write(target, {
      ...fields('key', key),
      ...fields('value', value),
      headers: headers.map((header) => ({ key: header.key, ...fields('value', header.value) })),
    });
  });
  return { results };
}

function fields(name: string, view: BytesView | null): Record<string, string | null> {
  if (view === null) return { [name]: null };
  return view.text === undefined ? { [`${name}Base64`]: view.base64 ?? '' } : { [name]: view.text };
}

function exportLines({ cluster, names, url, response }: FakeRequest): unknown {
  const topic = topicOf(cluster, names[0]);
  const matches = matcherOf(url.searchParams.get('where'));
  response.writeHead(200, {
    'content-type': 'application/x-ndjson',
    'content-disposition': `attachment; filename="${topic.name}.jsonl"`,
  });
  for (const { partition, offset } of placesOf(topic, url.searchParams, cluster.nowMs)) {
    const one = topic.partitions[partition];
    if (one === undefined) continue;
    const record = recordAt(topic, one, offset, cluster.nowMs);
    if (matches(record))
      response.write(
        `${JSON.stringify({ ...record, ...fields('key', record.key), ...fields('value', record.value) })}\n`,
      );
  }
  response.end();
  return answeredItself;
}

function importLines({ cluster, names, text }: FakeRequest): unknown {
  const topic = topicOf(cluster, names[0]);
  let written = 0;
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    try {
      write(topic, JSON.parse(line) as RecordBody);
      written += 1;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { written, problems: [{ line: index + 1, message }] };
    }
  }
  return { written, problems: [] };
}
