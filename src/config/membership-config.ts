import type { TypedValues } from './typed-values.ts';

/** How a broker is one of its cluster's, as its keys say it. */
export interface MembershipConfig {
  /** How long it may be silent before others lead what it led. */
  readonly brokerSessionTimeoutMs: number;
  readonly initialBrokerRegistrationTimeoutMs: number;
  readonly controlledShutdownEnable: boolean;
  readonly autoLeaderRebalanceEnable: boolean;
  readonly leaderImbalanceCheckIntervalSeconds: number;
}

/** Reads it from values that are valid each by itself. */
export function resolveMembershipConfig(values: TypedValues): MembershipConfig {
  return {
    brokerSessionTimeoutMs: values.integer('broker.session.timeout.ms'),
    initialBrokerRegistrationTimeoutMs: values.integer('initial.broker.registration.timeout.ms'),
    controlledShutdownEnable: values.boolean('controlled.shutdown.enable'),
    autoLeaderRebalanceEnable: values.boolean('auto.leader.rebalance.enable'),
    leaderImbalanceCheckIntervalSeconds: values.integer('leader.imbalance.check.interval.seconds'),
  };
}
