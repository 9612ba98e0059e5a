import type { BrokerConfig } from '../config/broker-config.ts';
import { parseInteger } from '../config/config-value.ts';
import type { Coordinator } from '../coordinator/coordinator.ts';
import { Kip848Groups } from '../coordinator/group/consumer/consumer-groups.ts';
import { GroupCoordinator } from '../coordinator/group/group-coordinator.ts';
import type { GroupEvent } from '../coordinator/group/group-events.ts';
import type { GroupRecord } from '../coordinator/group/group-records.ts';
import type { ConsumerGroupSettings } from '../coordinator/group/group-settings.ts';
import { emptyConfig, type ClusterImage } from '../metadata/image.ts';
import { randomUuid, randomUuidInHex } from '../protocol/uuid.ts';
import type { Random } from '../runtime/runtime.ts';
import { ImageTopicsView } from './topics-view.ts';

/** What coordinators of groups see of their broker. */
export interface NewGroupCoordinatorModules {
  readonly config: () => BrokerConfig;
  readonly image: () => ClusterImage;
  readonly random: Random;
}

/** Makes coordinators of groups that go by the broker's configuration and the cluster's topics as they are. */
export function newGroupCoordinator(
  modules: NewGroupCoordinatorModules,
): (partition: number) => Coordinator<GroupEvent, GroupRecord> {
  const { config, image, random } = modules;
  const drawBytes = (count: number): Uint8Array => random.bytes(count);
  const topics = new ImageTopicsView(image);
  return () =>
    new GroupCoordinator({
      topics,
      settings: config,
      newUuid: () => randomUuidInHex(drawBytes),
      newConsumerGroups: (shared) =>
        new Kip848Groups({
          ...shared,
          topics,
          settings: config,
          settingsOf: (groupId) => consumerGroupSettings(groupId, config(), image()),
          newMemberId: () => randomUuid(drawBytes),
        }),
    });
}

/** What a consumer group goes by: its own configs within the broker's bounds, else the broker's. */
function consumerGroupSettings(
  groupId: string,
  config: BrokerConfig,
  image: ClusterImage,
): ConsumerGroupSettings {
  const { values } = image.groupConfigs.get(groupId) ?? emptyConfig;
  const within = (key: string, bounds: { min: number; max: number; value: number }): number => {
    const own = parseInteger('INT', values.get(key) ?? '');
    return own === undefined ? bounds.value : Math.max(bounds.min, Math.min(own, bounds.max));
  };
  return {
    sessionTimeoutMs: within('consumer.session.timeout.ms', {
      min: config.groupConsumerMinSessionTimeoutMs,
      max: config.groupConsumerMaxSessionTimeoutMs,
      value: config.groupConsumerSessionTimeoutMs,
    }),
    heartbeatIntervalMs: within('consumer.heartbeat.interval.ms', {
      min: config.groupConsumerMinHeartbeatIntervalMs,
      max: config.groupConsumerMaxHeartbeatIntervalMs,
      value: config.groupConsumerHeartbeatIntervalMs,
    }),
    unsettledHeartbeatIntervalMs: config.groupConsumerUnsettledHeartbeatIntervalMs,
    assignmentIntervalMs: within('consumer.assignment.interval.ms', {
      min: config.groupConsumerMinAssignmentIntervalMs,
      max: config.groupConsumerMaxAssignmentIntervalMs,
      value: config.groupConsumerAssignmentIntervalMs,
    }),
  };
}
