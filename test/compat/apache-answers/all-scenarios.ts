import { alterConfigsScenarios } from './alter-configs-scenarios.ts';
import { clusterScenarios } from './cluster-scenarios.ts';
import { consumerGroupScenarios } from './consumer-group-scenarios.ts';
import { deleteRecordsScenarios } from './delete-records-scenarios.ts';
import { describeConfigsScenarios } from './describe-configs-scenarios.ts';
import { fetchScenarios } from './fetch-scenarios.ts';
import { fetchSessionScenarios } from './fetch-session-scenarios.ts';
import { groupConfigScenarios } from './group-config-scenarios.ts';
import { groupScenarios } from './group-scenarios.ts';
import { idempotenceScenarios } from './idempotence-scenarios.ts';
import { listOffsetsScenarios } from './list-offsets-scenarios.ts';
import { connectionScenarios } from './metadata-scenarios.ts';
import { migrationScenarios } from './migration-scenarios.ts';
import { offsetScenarios } from './offset-scenarios.ts';
import { produceScenarios } from './produce-scenarios.ts';
import { reassignScenarios } from './reassign-scenarios.ts';
import { rebalanceScenarios } from './rebalance-scenarios.ts';
import type { Scenario } from './scenario.ts';
import { topicScenarios } from './topic-scenarios.ts';

/** What both brokers are asked, in this order. */
export const allScenarios: readonly Scenario[] = [
  ...connectionScenarios,
  ...produceScenarios,
  ...idempotenceScenarios,
  ...fetchScenarios,
  ...fetchSessionScenarios,
  ...listOffsetsScenarios,
  ...topicScenarios,
  ...deleteRecordsScenarios,
  ...describeConfigsScenarios,
  ...alterConfigsScenarios,
  ...clusterScenarios,
  ...reassignScenarios,
  ...groupScenarios,
  ...offsetScenarios,
  ...rebalanceScenarios,
  ...consumerGroupScenarios,
  ...migrationScenarios,
  ...groupConfigScenarios,
];

/** The settings that both brokers run with, beside what every broker must be told. */
export const brokerSettings = {
  'broker.rack': 'RACK1',
  'default.replication.factor': 1,
  'group.consumer.max.size': 4,
  'group.consumer.min.session.timeout.ms': 10_000,
  'group.initial.rebalance.delay.ms': 0,
  'group.max.size': 4,
  // Records of these scenarios are years old, and must stay.
  'log.retention.ms': -1,
  'min.insync.replicas': 1,
  'node.id': 1,
  'num.partitions': 4,
  'offsets.topic.num.partitions': 4,
  'offsets.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
  'share.coordinator.state.topic.num.partitions': 4,
  'share.coordinator.state.topic.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'transaction.state.log.num.partitions': 4,
  'transaction.state.log.replication.factor': 1,
} as const;
