import { commitOf, coordinated, offsetsOf } from './coordinator-requests.ts';
import { inVersions, type Scenario } from './scenario.ts';
import { unknownTopicId } from './unknown-topic-id.ts';

const commitVersions = [2, 3, 4, 5, 6, 7, 8, 9, 10];
const fetchVersions = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

const commitScenarios: Scenario[] = [
  ...inVersions(
    'OffsetCommit',
    commitVersions,
    'from outside of a group',
    async (broker, version) => {
      const group = await coordinated(broker);
      const topic = await broker.topic('orders', { partitions: 2 });
      const other = await broker.topic('others');
      await broker.ask(
        'OffsetCommit',
        version,
        commitOf(group, [{ topic, offsets: { 0: 5, 1: 7 } }]),
      );
      await broker.ask(
        'OffsetCommit',
        version,
        commitOf(group, [
          { topic, offsets: { 0: 6 } },
          { topic: other, offsets: { 0: 1 } },
        ]),
      );
      await broker.ask('OffsetFetch', 9, offsetsOf(group, [{ topic, partitions: [0, 1] }], 9));
      await broker.ask('OffsetFetch', 5, offsetsOf(group, [{ topic: other, partitions: [0] }], 5));
    },
  ),
  ...inVersions('OffsetCommit', commitVersions, 'what is not there', async (broker, version) => {
    const group = await coordinated(broker);
    const topic = await broker.topic('orders', { partitions: 2 });
    const nobody = { name: broker.nameOf('nobody'), topicId: unknownTopicId };
    const questions = [
      commitOf(group, [{ topic: nobody, offsets: { 0: 5 } }]),
      commitOf(group, [{ topic, offsets: { 7: 5 } }]),
      commitOf(group, [
        { topic, offsets: { 7: 5, 0: 5 } },
        { topic: nobody, offsets: { 0: 5, 3: 5 } },
      ]),
      commitOf(group, [
        { topic: nobody, offsets: { 0: 5 } },
        { topic, offsets: { 1: 5, [-1]: 5 } },
      ]),
      commitOf(group, []),
      commitOf(group, [{ topic, offsets: {} }]),
    ];
    for (const question of questions) await broker.ask('OffsetCommit', version, question);
  }),
  ...inVersions('OffsetCommit', [2, 8, 9, 10], 'odd values', async (broker, version) => {
    const group = await coordinated(broker);
    const topic = await broker.topic('orders', { partitions: 2 });
    const topics = [{ topic, offsets: { 0: 5, 1: -5 } }];
    const questions = [
      commitOf(group, topics, { metadata: null }),
      commitOf(group, topics, { metadata: '' }),
      commitOf(group, topics, { metadata: 'x'.repeat(4096) }),
      commitOf(group, topics, { metadata: 'x'.repeat(4097) }),
      commitOf('', topics),
      commitOf(group, [...topics, ...topics]),
    ];
    for (const question of questions) await broker.ask('OffsetCommit', version, question);
    await broker.ask('OffsetFetch', 9, offsetsOf(group, [{ topic, partitions: [0, 1] }], 9));
  }),
  ...inVersions(
    'OffsetCommit',
    [2, 8, 9, 10],
    'of members that there are not',
    async (broker, version) => {
      const group = await coordinated(broker);
      const topic = await broker.topic('orders');
      const topics = [{ topic, offsets: { 0: 5 } }];
      const members = [
        { generationIdOrMemberEpoch: 3, memberId: 'somebody' },
        { generationIdOrMemberEpoch: 3, memberId: '' },
        { generationIdOrMemberEpoch: -1, memberId: 'somebody' },
        { generationIdOrMemberEpoch: 0, memberId: 'somebody' },
      ];
      for (const member of members) {
        await broker.ask('OffsetCommit', version, commitOf(group, topics, member));
      }
      await broker.ask('OffsetCommit', version, commitOf(group, topics));
      for (const member of members) {
        await broker.ask('OffsetCommit', version, commitOf(group, topics, member));
      }
    },
  ),
];

const fetchScenarios: Scenario[] = [
  ...inVersions('OffsetFetch', fetchVersions, 'some and all', async (broker, version) => {
    const group = await coordinated(broker);
    const topic = await broker.topic('orders', { partitions: 3 });
    const other = await broker.topic('others');
    const nobody = { name: broker.nameOf('nobody'), topicId: unknownTopicId };
    const committed = [
      { topic, offsets: { 0: 5, 2: 7 } },
      { topic: other, offsets: { 0: 1 } },
    ];
    await broker.prepare('OffsetCommit', 8, commitOf(group, committed));
    const questions = [
      [{ topic, partitions: [0, 1, 2, 9] }],
      [
        { topic: other, partitions: [0] },
        { topic, partitions: [2] },
      ],
      [
        { topic: nobody, partitions: [0, 1] },
        { topic, partitions: [2] },
      ],
      [{ topic: nobody, partitions: [0] }],
      [],
      ...(version >= 2 ? [null] : []),
    ];
    for (const question of questions) {
      await broker.ask('OffsetFetch', version, offsetsOf(group, question, version));
    }
  }),
  ...inVersions(
    'OffsetFetch',
    fetchVersions,
    'a group that there is not',
    async (broker, version) => {
      const group = await coordinated(broker);
      const topic = await broker.topic('orders');
      const asked = [{ topic, partitions: [0] }];
      await broker.ask('OffsetFetch', version, offsetsOf(group, asked, version));
      await broker.ask('OffsetFetch', version, offsetsOf('', asked, version));
      if (version >= 2) await broker.ask('OffsetFetch', version, offsetsOf(group, null, version));
    },
  ),
  ...inVersions('OffsetFetch', [8, 9, 10], 'several groups', async (broker, version) => {
    const group = await coordinated(broker);
    const topic = await broker.topic('orders', { partitions: 2 });
    await broker.prepare('OffsetCommit', 8, commitOf(group, [{ topic, offsets: { 0: 5 } }]));
    const topics = [{ ...topic, partitionIndexes: [0, 1] }];
    const another = broker.nameOf('another');
    await broker.ask('OffsetFetch', version, {
      groups: [
        { groupId: group, topics },
        { groupId: another, topics },
        { groupId: group, topics: null },
      ],
    });
    await broker.ask('OffsetFetch', version, { groups: [] });
    await broker.ask('OffsetFetch', version, {
      groups: [{ groupId: group, topics }],
      requireStable: true,
    });
  }),
  ...inVersions('OffsetFetch', [9, 10], 'as a member', async (broker, version) => {
    const group = await coordinated(broker);
    const topic = await broker.topic('orders');
    await broker.prepare('OffsetCommit', 8, commitOf(group, [{ topic, offsets: { 0: 5 } }]));
    const topics = [{ ...topic, partitionIndexes: [0] }];
    const another = broker.nameOf('another');
    for (const memberId of [null, '', 'somebody']) {
      for (const memberEpoch of [-1, 0, 3]) {
        await broker.ask('OffsetFetch', version, {
          groups: [
            { groupId: group, memberId, memberEpoch, topics },
            { groupId: another, memberId, memberEpoch, topics },
          ],
        });
      }
    }
  }),
];

const deleteScenarios: Scenario[] = [
  {
    name: 'OffsetDelete v0: some of what was committed',
    run: async (broker) => {
      const group = await coordinated(broker);
      const { topicId, ...topic } = await broker.topic('orders', { partitions: 3 });
      const committed = [{ topic: { ...topic, topicId }, offsets: { 0: 5, 1: 7 } }];
      await broker.prepare('OffsetCommit', 8, commitOf(group, committed));
      const nobody = { name: broker.nameOf('nobody'), partitions: [{ partitionIndex: 0 }] };
      const partitions = [0, 2, 9].map((partitionIndex) => ({ partitionIndex }));
      const questions = [
        { groupId: group, topics: [{ ...topic, partitions }] },
        { groupId: group, topics: [nobody, { ...topic, partitions }] },
        { groupId: group, topics: [nobody] },
        { groupId: group, topics: [] },
        { groupId: '', topics: [{ ...topic, partitions }] },
        { groupId: broker.nameOf('another'), topics: [{ ...topic, partitions }] },
        { groupId: broker.nameOf('another'), topics: [nobody] },
      ];
      for (const question of questions) await broker.ask('OffsetDelete', 0, question);
      await broker.ask('OffsetFetch', 7, offsetsOf(group, null, 7));
    },
  },
];

/** Committed offsets: kept, asked for and forgotten. */
export const offsetScenarios: readonly Scenario[] = [
  ...commitScenarios,
  ...fetchScenarios,
  ...deleteScenarios,
];
