import { AssertionError } from 'node:assert';
import type { FaultKind, Plan } from '../simulation/cluster/plan.ts';

/** How the broker broke its word. */
export interface Finding {
  readonly rule: string;
  readonly message: string;
}

/** Runs one seed, and answers what it found. */
export type SeededRun = (seed: number) => Promise<readonly Finding[]>;

/** A simulation, and what of it. */
export type Hunt =
  /** Three brokers with one topic, and these faults alone in quick succession: else most runs are of other things. */
  | { readonly simulation: 'cluster'; readonly faults: readonly FaultKind[] }
  | { readonly simulation: 'membership' }
  | { readonly simulation: 'growth after an election' }
  | { readonly simulation: 'sent again after a truncation' }
  | { readonly simulation: 'power lost by all' }
  | { readonly simulation: 'commit without a copy' };

/** Between two faults at the most. */
const faultEveryMsMax = 700;

/** Loads a simulation, with the bugs that are planted by then. */
export async function seededRun(hunt: Hunt): Promise<SeededRun> {
  switch (hunt.simulation) {
    case 'cluster': {
      const { runClusterSimulation } =
        await import('../simulation/cluster/run-cluster-simulation.ts');
      const adjust = (plan: Plan): Plan => focused(plan, hunt.faults);
      return async (seed) => (await runClusterSimulation(seed, { adjust })).violations;
    }
    case 'membership': {
      const module = await import('../simulation/membership/run-membership-simulation.ts');
      return (seed) => failuresOf(module.runMembershipSimulation(seed));
    }
    case 'growth after an election': {
      const { growthAfterElection } = await import('../simulation/cluster/growth-scenarios.ts');
      return growthAfterElection;
    }
    case 'sent again after a truncation': {
      const module = await import('../simulation/cluster/truncation-scenarios.ts');
      return module.resentAfterTruncation;
    }
    case 'power lost by all': {
      const { powerLostByAll } = await import('../simulation/cluster/durability-scenarios.ts');
      return powerLostByAll;
    }
    case 'commit without a copy': {
      const { commitWithoutCopy } = await import('../simulation/cluster/commit-scenarios.ts');
      return commitWithoutCopy;
    }
  }
}

function focused(plan: Plan, faults: readonly FaultKind[]): Plan {
  const { 'log.flush.interval.messages': _flush, ...config } = plan.config;
  return {
    ...plan,
    brokerCount: 3,
    isFlushed: false,
    topics: plan.topics.slice(0, 1),
    faults: faults.map((kind) => ({ kind, weight: 1 })),
    faultEveryMsMax,
    config,
  };
}

async function failuresOf(running: Promise<unknown>): Promise<readonly Finding[]> {
  try {
    await running;
    return [];
  } catch (error) {
    if (!(error instanceof AssertionError)) throw error;
    return [{ rule: 'assertion', message: error.message }];
  }
}
