import { cpuSeconds } from './process-cpu.ts';

/** A broker of a cluster that is measured, in a process of its own on 127.0.0.1. */
export interface MeasuredNode {
  readonly nodeId: number;
  readonly port: number;
  /** Of its present process. */
  readonly pid: number;
  /** Settles when its process has ended. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Starts it with the data that it had, and waits until it knows all brokers. */
  start(): Promise<void>;
}

/** A cluster of three that is measured. */
export interface MeasuredCluster {
  readonly name: string;
  /** From the start of its processes until each broker knew all. */
  readonly startMs: number;
  readonly nodes: readonly MeasuredNode[];
  /** What keeps its metadata, where that is a process of its own. */
  readonly storePid: number | undefined;
  /** Ends all of its processes and removes its data. */
  remove(): Promise<void>;
}

/** CPU seconds that the present processes of its brokers have used together so far. */
export function clusterCpuSeconds({ nodes }: MeasuredCluster): number {
  return nodes.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
}
