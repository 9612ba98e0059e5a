/**
 * OffsetCommit end to end, by the members of ten classic groups, each on a connection of its own with 5
 * requests in flight: one partition a request, as a client commits that reads one, and fifty. Prints requests
 * per second and per CPU second of the broker.
 *
 * `npm run bench -- commits [--tiny] [--bootstrap HOST:PORT --pid PID --name NAME]`
 */
import { ByteReader } from '../src/protocol/byte-reader.ts';
import { decodeMessage } from '../src/protocol/codec.ts';
import { readResponseHeader } from '../src/protocol/header.ts';
import {
  offsetCommitRequest,
  offsetCommitResponse,
} from '../src/protocol/messages/offset-commit.ts';
import { must } from '../src/util/assert.ts';
import { brokerToMeasure } from './lib/broker-process.ts';
import { perSecond } from './lib/figures.ts';
import { groupSettings } from './lib/group-settings.ts';
import { measured } from './lib/process-cpu.ts';
import { createTopic } from './lib/topics.ts';
import { awaitCoordinator, ClassicWireMember } from './lib/wire-members.ts';
import { encoded, pump, Wire } from './lib/wire.ts';

const version = 8;
const tiny = process.argv.includes('--tiny');
const groupCount = tiny ? 2 : 10;
const inFlight = 5;
const cases = [
  { partitions: 1, requests: tiny ? 500 : 200_000 },
  { partitions: 50, requests: tiny ? 50 : 10_000 },
];

/** Makes a group of one member, which has its share and stays without a word. */
async function joined(wire: Wire, groupId: string, topic: string): Promise<ClassicWireMember> {
  const onShare = (): void => member.stop();
  const member = new ClassicWireMember({ groupId, topic, onShare }, { wire });
  await member.run();
  return member;
}

function commitFrame(
  groupId: string,
  { memberId, generation }: ClassicWireMember,
  topic: string,
  partitionCount: number,
): Uint8Array {
  const partitions = Array.from({ length: partitionCount }, (_, partitionIndex) => ({
    partitionIndex,
    committedOffset: 123_456_789,
    committedLeaderEpoch: 0,
    committedMetadata: '',
  }));
  return encoded(offsetCommitRequest, version, {
    groupId,
    generationIdOrMemberEpoch: generation,
    memberId,
    topics: [{ name: topic, partitions }],
  });
}

function check(answer: readonly Uint8Array[]): void {
  const reader = new ByteReader(answer);
  readResponseHeader(offsetCommitRequest.apiKey, version, reader);
  const { topics } = decodeMessage(offsetCommitResponse, version, reader);
  const error = topics[0]?.partitions[0]?.errorCode;
  if (error !== 0) throw new Error(`commit answered ${error}`);
}

const broker = await brokerToMeasure(process.argv, groupSettings);
const wires = await Promise.all(
  Array.from({ length: groupCount }, () => Wire.connect(broker.bootstrap)),
);
const topic = `bench-commits-${process.pid}`;
await createTopic(must(wires[0]), topic, 50);
await awaitCoordinator(must(wires[0]), topic);
const members = await Promise.all(wires.map((wire, i) => joined(wire, `${topic}-${i}`, topic)));
for (const { partitions, requests } of cases) {
  const frames = new Map(
    wires.map((wire, i) => [
      wire,
      commitFrame(`${topic}-${i}`, must(members[i]), topic, partitions),
    ]),
  );
  const frameOf = (wire: Wire): Uint8Array => must(frames.get(wire));
  await pump(wires, frameOf, { count: Math.ceil(requests / 4), inFlight, check });
  const { wallSeconds, brokerCpuSeconds } = await measured(broker.pid, () =>
    pump(wires, frameOf, { count: requests, inFlight, check }),
  );
  console.log(
    `${broker.name} commits of ${partitions} partition${partitions === 1 ? '' : 's'}: ` +
      `${perSecond(requests, wallSeconds)} requests/s, ${perSecond(requests, brokerCpuSeconds)} per CPU second`,
  );
}
for (const wire of wires) wire.close();
await broker.stop();
