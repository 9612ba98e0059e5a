import type { Deviation } from './by-design.ts';

/** Differences from Apache that are to go. Whoever mends one takes its entry away. */
export const knownBugs: readonly Deviation[] = [
  {
    why: 'controller: a topic that is not there and named twice is not refused as a duplicate',
    scenario: /^DeleteTopics .*: (a name twice|references that do not go together)/,
    place: /^[26] DeleteTopics .*\.(errorCode|errorMessage)$/,
  },
  {
    why: 'controller: a topic deleted by name and by id in one request is answered with one of the two',
    scenario: /^DeleteTopics .*: references that do not go together/,
    place: /^[45] DeleteTopics .*\.(name|topicId)$/,
  },
  {
    why: 'config: synonyms in hours show milliseconds',
    scenario: anyOf('DescribeConfigs', 'AlterConfigs', 'IncrementalAlterConfigs'),
    place: /\.retention\.ms\.synonyms\[\d\]\.value$/,
    apache: /^"168"$/,
  },
  {
    why: 'config: keys with several names do not show the defaults of the others',
    scenario: anyOf('DescribeConfigs'),
    place:
      /\.configs\.(broker\.id\.(value|configSource)|(broker\.id|node\.id|log\.retention\.ms)\.synonyms)/,
  },
  {
    why: 'config: synonyms of group keys have the name of the group key, not of the broker key',
    scenario: anyOf('DescribeConfigs', 'IncrementalAlterConfigs'),
    place: /\.configs\.(consumer|share|streams)\.[a-z.]+\.synonyms\[\d\]\.name$/,
  },
  {
    why: 'controller: keys of one listener are taken for all brokers',
    scenario: anyOf('IncrementalAlterConfigs'),
    place: /^13 IncrementalAlterConfigs /,
  },
];

function anyOf(...apis: readonly string[]): RegExp {
  return new RegExp(`^(${apis.join('|')}) `);
}
