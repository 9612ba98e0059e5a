import type { Difference } from './recording.ts';

/** A difference from Apache, and why it is there. */
export interface Deviation {
  readonly why: string;
  /** Which scenarios it concerns, by their names. */
  readonly scenario: RegExp;
  /** Where in their answers, as `Difference.place` has it. */
  readonly place: RegExp;
  /** What Apache answers there, as JSON; anything unless given. */
  readonly apache?: RegExp;
  /** What is answered here; anything unless given. */
  readonly odradek?: RegExp;
}

const absent = /^undefined$/;
const anyScenario = /^/;

const partitionOfProduce = String.raw`^\d+ Produce v\d+ \.responses\[\d+\]\.partitionResponses\[0\]`;
const wholeOfProduce = new RegExp(
  String.raw`${partitionOfProduce}\.(errorCode|baseOffset|logStartOffset|errorMessage)$|ListOffsets v7 `,
);

function produced(fields: string): RegExp {
  return new RegExp(String.raw`${partitionOfProduce}\.(${fields})$`);
}

const connectionDeviations: readonly Deviation[] = [
  {
    why: 'what is not served is not advertised',
    scenario: /^ApiVersions/,
    place: /\.apiKeys\.\d+$/,
    odradek: absent,
  },
  {
    why: 'features come with what they stand for, and have no level without it',
    scenario: /^ApiVersions/,
    place: /\.(supported|finalized)Features$/,
    odradek:
      /^\[{"name":"eligible.leader.replicas.version",[^{]*},{"name":"group.version",[^{]*},{"name":"metadata.version",[^{]*}\]$/,
  },
  {
    why: 'a topic that a client has made is there in the same answer, not in the next',
    scenario: /^Metadata .*made on the way/,
    place: /^1 Metadata v\d+ \.topics\[0\]\.(errorCode|partitions|topicId)$/,
  },
  {
    why: 'why a topic cannot be made is told at once: Apache says for ever that it is not there',
    scenario: /^Metadata .*a name that collides/,
    place: /\.topics\[0\]\.errorCode$/,
    odradek: /^17$/,
  },
  {
    why: 'neither id nor name is a topic that is not known: Apache fails with an unknown error',
    scenario: /^Metadata .*topics by id/,
    place: /^3 Metadata /,
  },
  {
    why: 'topics may be asked for by id and by name at once: Apache passes over the names then',
    scenario: /^Metadata .*topics by id/,
    place: /^5 Metadata v\d+ \.topics$/,
  },
];

const transactions = 'transactions are not served yet, and must not let a client hang';

const produceDeviations: readonly Deviation[] = [
  {
    why: transactions,
    scenario: /^Produce .*: a transactional batch/,
    place: produced('errorCode|errorMessage'),
    odradek: /^(42|"This broker does not serve transactions yet\.")$/,
  },
  {
    why: transactions,
    scenario: /^InitProducerId .*: a transactional id/,
    place: /^2 InitProducerId v\d+ \.errorCode$/,
    odradek: /^42$/,
  },
  {
    why: 'a refused batch is told what is wrong with it, where Apache sends no message or a cruder one',
    scenario: /^Produce/,
    place: produced('errorMessage'),
    odradek: /^"/,
  },
  {
    why: 'what is wrong with a record is told in words of ours',
    scenario: /^Produce/,
    place: produced(String.raw`recordErrors\[\d+\]\.batchIndexErrorMessage`),
  },
  {
    why: 'a batch whose header is refused has no record looked at',
    scenario: /^Produce .*: (records|a record) (before|after) message.timestamp/,
    place: produced('recordErrors'),
    odradek: /^\[\]$/,
  },
  {
    why: 'null records are refused: Apache does not answer at all',
    scenario: /^Produce .*: null records/,
    place: /^(1 Produce|2 ListOffsets) /,
  },
  {
    why: 'bytes behind the batch are refused: Apache cuts them off',
    scenario: /^Produce .*: a byte behind the batch/,
    place: wholeOfProduce,
  },
  {
    why: 'a topic without partitions is answered as it was asked',
    scenario: /^Produce .*: no topics, and no partitions/,
    place: /^2 Produce v\d+ \.responses$/,
    apache: /^\[\]$/,
  },
  {
    why: 'a partition that stands twice in a request is written twice: Apache drops one of its batches',
    scenario: /^Produce .*: a partition twice/,
    place: /(\.partitionResponses|\.offset)$/,
  },
  {
    why: 'a codec that does not exist is named so: Apache fails with an unknown error',
    scenario: /^Produce .*: codec [567]/,
    place: produced('errorCode'),
    odradek: /^76$/,
  },
  {
    why: 'records that cannot be decompressed are refused: Apache fails with an unknown error',
    scenario: /^Produce .*: a compressed batch that cannot be decompressed/,
    place: produced('errorCode'),
    odradek: /^87$/,
  },
  {
    why: 'what only brokers set in a batch, producers may not',
    scenario: /^Produce .*: (LogAppendTime set by the producer|a batch with a delete horizon)/,
    place: wholeOfProduce,
  },
  {
    why: 'a producer id without an epoch is none',
    scenario: /^Produce .*: a producer id without an epoch/,
    place: wholeOfProduce,
  },
  {
    why: 'a duplicate has no append time under CreateTime: Apache answers its largest timestamp',
    scenario: /^Produce .*: (a duplicate|sequence numbers that wrap)/,
    place: produced('logAppendTimeMs'),
    odradek: /^-1$/,
  },
];

/** What `odradek.batch.validation=header` does not look at. With `records` it is gone. */
export const headerDeviations: readonly Deviation[] = [
  {
    why: 'records are not counted',
    scenario: /^Produce .*: count and last offset delta wrong together/,
    place: wholeOfProduce,
  },
  {
    why: 'of the timestamps, the first and the largest are judged',
    scenario: /^Produce .*: one of three records before message.timestamp.before.max.ms/,
    place: new RegExp(`${wholeOfProduce.source}|recordErrors$`),
  },
];

const fetchDeviations: readonly Deviation[] = [
  {
    why: 'only whole batches are sent: Apache cuts off the last',
    scenario: /^Fetch .*: limits of bytes/,
    place: /\.records$/,
    apache: /"TRUNCATED"\]$/,
  },
  {
    why: 'a negative limit is like none at all: Apache fails with an unknown error',
    scenario: /^Fetch .*: limits of bytes/,
    place: /^[78] Fetch /,
  },
  {
    why: 'an isolation level that does not exist is read_uncommitted: Apache fails with an unknown error',
    scenario: /^Fetch .*: isolation levels/,
    place: /^[4-9] Fetch /,
  },
  {
    why: 'an isolation level that does not exist is read_uncommitted: Apache fails with an unknown error',
    scenario: /^ListOffsets .*: read_committed/,
    place: /^[456] ListOffsets /,
  },
  {
    why: 'what could not be read has no list of aborted transactions: Apache has an empty one or none',
    scenario: /^Fetch/,
    place: /\.abortedTransactions$/,
    apache: /^\[\]$/,
    odradek: /^null$/,
  },
  {
    why: 'partitions take turns from the first answer on: in Apache from the second',
    scenario: /^Fetch .*: partitions take turns/,
    place: /\.partitionIndex$/,
  },
  {
    why: 'no epoch lies below -1',
    scenario: /^OffsetForLeaderEpoch .*: epochs of a log/,
    place: /^(5|10) OffsetForLeaderEpoch /,
  },
  {
    why: 'where no record has a time, none has the largest',
    scenario: /^ListOffsets .*: records without a time/,
    place: /^1 ListOffsets v\d+ \.topics\[0\]\.partitions\[0\]\.(offset|leaderEpoch)$/,
    odradek: /^-1$/,
  },
  {
    why: 'a deleted record is not found by its time: Apache finds it',
    scenario: /^ListOffsets .*: all of it deleted/,
    place: /^3 ListOffsets v\d+ \.topics\[0\]\.partitions\[0\]\./,
    odradek: /^-1$/,
  },
];

const topicDeviations: readonly Deviation[] = [
  {
    why: 'a refusal of an illegal name suggests a legal one',
    scenario: anyScenario,
    place: /\.errorMessage$/,
    apache: /^"Topic name is invalid: /,
    odradek: /; a legal name would be '/,
  },
  {
    why: 'our own keys',
    scenario: anyScenario,
    place: /\.configs\.odradek\./,
    apache: absent,
  },
  {
    why: 'names that collide do so within a request too: Apache makes both',
    scenario: /^CreateTopics .*: names that collide in a request/,
    place: /^1 CreateTopics v\d+ \.topics\[1\]/,
  },
  {
    why: 'values are kept, and shown, in one form',
    scenario: /^CreateTopics .*: configs that cannot be/,
    place: /\.value$/,
    apache: /^"( 17 |TRUE| compact , delete )"$/,
    odradek: /^"(17|true|compact,delete)"$/,
  },
  {
    why: 'a topic that is not there is told in words: Apache leaves them to the client',
    scenario: /^CreatePartitions .*: topics that are not there/,
    place: /\.errorMessage$/,
    apache: /^null$/,
  },
  {
    why: 'too many partitions are refused with the reason: Apache fails with an unknown error',
    scenario: /^CreatePartitions .*: counts that cannot be/,
    place: /^5 CreatePartitions /,
    odradek: /^(44|"Excessively large number of partitions per request.")$/,
  },
];

const clusterDeviations: readonly Deviation[] = [
  {
    why: 'a broker may be the controller as it is, and has no listener apart for that',
    scenario: /^DescribeQuorum v2: who leads it/,
    place: /^1 DescribeQuorum v2 \.nodes\[0\]\.listeners\[0\]\.name$/,
    odradek: /^"PLAINTEXT"$/,
  },
  {
    why: 'the empty name is illegal as any other: Apache fails with an unknown error',
    scenario: /^DescribeTopicPartitions .*: what is not there/,
    place: /^3 DescribeTopicPartitions /,
  },
];

const configDeviations: readonly Deviation[] = [
  {
    why: 'node.id has a default, so that a broker starts without settings: Apache demands one',
    scenario: /^DescribeConfigs .*: this broker/,
    place: /\.configs\.node\.id\.synonyms$/,
    odradek: /,{"name":"node.id","value":"1","source":5}\]$/,
  },
  {
    why: 'what a broker listens on, and where its data is, does not change while it runs',
    scenario: /^DescribeConfigs .*: this broker/,
    place: /\.configs\.(listeners|listener.security.protocol.map)\.readOnly$/,
    odradek: /^true$/,
  },
  {
    why: 'the two brokers have other listeners, folders and roles',
    scenario: /^DescribeConfigs .*: this broker/,
    place:
      /\.configs\.(controller\.(listener|quorum)\.[a-z.]+|inter\.broker\.listener\.name|listeners|log\.dirs?|process\.roles)\.(value|configSource|synonyms)/,
  },
  {
    why: 'requests in memory are bounded from the start',
    scenario: /^DescribeConfigs .*: this broker/,
    place: /\.configs\.queued\.max\.request\.bytes\./,
    apache: /^"-1"$/,
  },
  {
    why: "keys of Apache's own plug-ins and quotas are shown with the others",
    scenario: /^DescribeConfigs .*: this broker/,
    place:
      /\.configs\.(allow\.everyone|super\.users|[a-z]+\.replication\.throttled|replica\.alter)/,
    apache: absent,
  },
  {
    why: 'a type of resource that does not exist is told in words of ours',
    scenario: /^DescribeConfigs .*: types that are not there/,
    place: /\.errorMessage$/,
  },
  {
    why: 'loggers cannot be changed, and client metrics are not there',
    scenario: /^(DescribeConfigs|IncrementalAlterConfigs) .*: loggers and client metrics/,
    place: /\.(errorCode|errorMessage|configs\.[a-z.]+)$/,
    odradek: /^(42|"Configs of type [A-Z_]+ (are not served|cannot be changed)\."|undefined)$/,
  },
  {
    why: 'loggers cannot be changed',
    scenario: /^AlterConfigs .*: what cannot be/,
    place: /^11 AlterConfigs .*\.errorMessage$/,
  },
  {
    why: "keys for Apache's own tests are not there",
    scenario: /^IncrementalAlterConfigs .*: values that cannot be/,
    place: /^26 IncrementalAlterConfigs /,
    odradek: /^(40|"Unknown topic config name: internal.segment.bytes")$/,
  },
  {
    why: 'an operation that does not exist is named: Apache fails with an unknown error',
    scenario: /^IncrementalAlterConfigs .*: requests that contradict themselves/,
    place: /^[34] IncrementalAlterConfigs /,
    odradek: /^(42|"Unknown config operation -?\d for retention.ms")$/,
  },
  {
    why: 'a resource that is named twice is refused: Apache does not answer at all',
    scenario: /^AlterConfigs .*: what cannot be/,
    place: /^14 AlterConfigs /,
    apache: /^"<silence>"$/,
  },
  {
    why: 'listeners cannot be changed while the broker runs',
    scenario: /^IncrementalAlterConfigs .*: changes of (a broker|all brokers)/,
    place: /^22 IncrementalAlterConfigs .*\.errorMessage$/,
    odradek: /^"Cannot update these configs dynamically: \[listeners\]"$/,
  },
  {
    why: 'no thread cleans here: a key without meaning is taken as it is',
    scenario: /^IncrementalAlterConfigs .*: changes of (a broker|all brokers)/,
    place: /^8 IncrementalAlterConfigs /,
    apache: /^(42|"\/ by zero")$/,
  },
  {
    why: 'what is wrong with a value is told in words of ours',
    scenario: /^IncrementalAlterConfigs .*: (changes of (a broker|all brokers)|groups)/,
    place: /^(7|10|16) IncrementalAlterConfigs .*\.errorMessage$/,
  },
];

const groupDeviations: readonly Deviation[] = [
  {
    why: 'why there is no coordinator is told in our own words, and in every version',
    scenario: /^FindCoordinator/,
    place: /^\d+ FindCoordinator v\d+ (\.coordinators\[\d+\])?\.errorMessage$/,
    odradek: /^"The request contradicts itself/,
  },
  {
    why: 'a protocol with an empty name is one: Apache says null for it',
    scenario: /^JoinGroup v9: odd protocols/,
    place: /^7 JoinGroup v9 \.protocolName$/,
    apache: /^null$/,
  },
  {
    why: 'the first of two protocols of one name counts: Apache does not answer at all, now or later',
    scenario: /^JoinGroup .*: odd protocols/,
    place: /^1[2-5] /,
    apache: /^("<silence>"|undefined)$/,
  },
  {
    why: 'who says what no consumer says joins all the same: Apache does not answer, now or later',
    scenario: /^JoinGroup .*: a consumer that says nonsense/,
    place: /^2 JoinGroup /,
    apache: /^"<silence>"$/,
  },
  {
    why: 'who says what no consumer says is refused by a consumer group: Apache fails with an unknown error',
    scenario: /^JoinGroup .*: into a consumer group$/,
    place: /^4 JoinGroup v\d+ \.errorCode$/,
    apache: /^-1$/,
    odradek: /^23$/,
  },
  {
    why: 'an id that nobody gave out is not let in: who had it once may still read what others have by now',
    scenario: /^JoinGroup .*: into a consumer group, with ids/,
    place: /^4 JoinGroup /,
  },
  {
    why: 'members of a group that goes back to the classic protocol are shown with what they own, not with what they were to own',
    scenario: /^JoinGroup .*: into a consumer group$/,
    place: /DescribeGroups v6 \.groups\[0\]\.members\[0\]\.memberAssignment$/,
  },
  {
    why: 'no id is not the id of a member: Apache fails with an unknown error',
    scenario: /^OffsetFetch .*: of a consumer group/,
    place: /^1[456] OffsetFetch v\d+ \.groups\[0\]\.errorCode$/,
    apache: /^-1$/,
    odradek: /^25$/,
  },
];

/** Every deviation that is meant. One that no scenario shows is one too many. */
export const deviations: readonly Deviation[] = [
  ...connectionDeviations,
  ...produceDeviations,
  ...fetchDeviations,
  ...topicDeviations,
  ...configDeviations,
  ...clusterDeviations,
  ...groupDeviations,
];

/** Whether a deviation explains a difference. */
export function explains(deviation: Deviation, difference: Difference): boolean {
  const { scenario, place, apache, odradek } = difference;
  return (
    deviation.scenario.test(scenario) &&
    deviation.place.test(place) &&
    (deviation.apache?.test(String(JSON.stringify(apache))) ?? true) &&
    (deviation.odradek?.test(String(JSON.stringify(odradek))) ?? true)
  );
}
