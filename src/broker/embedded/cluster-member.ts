import type { ClusterBrokerState } from '../cluster-api.ts';

/** Where a broker is reached. */
export interface MemberAddress {
  readonly host: string;
  readonly port: number;
}

/** One broker of a cluster in this process, wherever it runs. One call at a time, but for `kill`. */
export interface ClusterMember {
  readonly nodeId: number;
  readonly state: ClusterBrokerState;
  /** Since its first start. */
  readonly address: MemberAddress;
  readonly dataDirs: readonly string[];
  /** Of its last start; undefined where it has no console. */
  readonly consoleUrl: string | undefined;
  /** Whether its data outlives its process. */
  readonly keepsData: boolean;
  /** How often it was killed. */
  readonly kills: number;
  /** Begins a life on the data of the last. Rejects as a broker's start does. */
  start(): Promise<void>;
  /** Ends it wherever it is: a start or a stop that is under way rejects with `BROKER_STOPPED`. */
  kill(): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** All of the cluster are about to stop: it hands nothing over, and takes nobody for dead. */
  retire(): Promise<void>;
  /** Ends it in order; with `discard` nothing is written that only a next start would need. */
  stop(options: { readonly discard: boolean }): Promise<void>;
  /** Settles when it knows the metadata of a revision, or is not running any more. */
  reached(revision: number): Promise<void>;
}
