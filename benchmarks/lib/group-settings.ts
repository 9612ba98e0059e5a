import { embeddedDefaults } from '../../src/broker/embedded-defaults.ts';
import type { BrokerSettings } from './broker-process.ts';

/** Long enough that members which are not looked after stay where they are. */
export const idleSessionTimeoutMs = 300_000;

/** What brokers are set to whose groups are measured: the settings of an embedded broker, but for idle members. */
export const groupSettings: BrokerSettings = {
  ...embeddedDefaults({}),
  'group.consumer.session.timeout.ms': idleSessionTimeoutMs,
  'group.consumer.max.session.timeout.ms': idleSessionTimeoutMs,
};

/** The same for Apache Kafka, as far as it has the keys. */
export const kafkaGroupSettings: BrokerSettings = Object.fromEntries(
  Object.entries(groupSettings).filter(([key]) => !key.startsWith('odradek.')),
);
