import type { AppendError } from '../coordinator.ts';

/**
 * An error of the log as coordinators' clients know it: what may be over soon, what another broker may serve,
 * and what nobody can help.
 */
export function coordinatorErrorOf(error: string): AppendError {
  switch (error) {
    case 'UNKNOWN_TOPIC_OR_PARTITION':
    case 'NOT_ENOUGH_REPLICAS':
    case 'REQUEST_TIMED_OUT':
      return 'COORDINATOR_NOT_AVAILABLE';
    case 'NOT_LEADER_OR_FOLLOWER':
    case 'KAFKA_STORAGE_ERROR':
      return 'NOT_COORDINATOR';
    default:
      return 'UNKNOWN_SERVER_ERROR';
  }
}
