import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApacheKafka } from '../peers/apache-kafka.ts';
import type { MeasuredCluster } from './measured-cluster.ts';

/** Starts three nodes of Apache Kafka, each broker and controller, with their data in a temporary folder on disk. */
export async function startApacheCluster(jars: string): Promise<MeasuredCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'odradek-benchmark-'));
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const { startMs, nodes, stop } = await startApacheKafka({ jars, folder, nodes: 3 });
    const remove = async (): Promise<void> => {
      await stop();
      removeFolder();
    };
    return { name: 'apache-kafka', startMs, nodes, storePid: undefined, remove };
  } catch (error) {
    removeFolder();
    throw error;
  }
}
