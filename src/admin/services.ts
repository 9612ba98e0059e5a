import type { RunningBroker } from '../broker/broker.ts';
import type { Client } from '../client/client.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Logger } from '../util/logger.ts';
import type { Publisher } from './records/publisher.ts';
import type { SharedThread } from './records/shared-thread.ts';
import type { Figures } from './figures.ts';
import type { ClusterHistory } from './history/history.ts';
import type { Places } from './http/places.ts';
import type { SignIn } from './http/sign-in.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { ClusterWatch } from './picture/cluster-watch.ts';

/** What the handlers of routes may use. */
export interface AdminServices {
  /** Whose listener it is: `metadata.image` is the cluster as it sees it, `partitions` what it holds itself. */
  readonly broker: RunningBroker;
  /** Of this broker's own cluster, by its own listener. For changes, and for what other brokers know. */
  readonly client: Client;
  readonly publisher: Publisher;
  /** For what looks through many records. */
  readonly searches: Places;
  /** For imports. */
  readonly imports: Places;
  /** For what looks at many records. */
  readonly thread: SharedThread;
  readonly figures: Figures;
  readonly watch: ClusterWatch;
  readonly history: ClusterHistory;
  readonly metrics: Metrics;
  readonly runtime: Pick<Runtime, 'clock' | 'timers' | 'random'>;
  readonly logger: Logger;
  readonly signIn: SignIn;
  /** Of the package. */
  readonly version: string;
}
