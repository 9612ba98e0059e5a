import { concatenated } from '../util/bytes.ts';
import type { OdradekError } from '../util/odradek-error.ts';
import type { Input } from './cli-context.ts';
import { usageError } from './usage-error.ts';

/** A partition in a file of reassignments. */
export interface FiledReassignment {
  readonly topic: string;
  readonly partition: number;
  readonly replicas: readonly number[];
}

const expected =
  'JSON as kafka-reassign-partitions has it, {"version":1,"partitions":[{"topic":"t","partition":0,"replicas":[1,2]}]}';

/** What is in a file of reassignments. Throws `INVALID_ARGUMENT`, naming what is wrong with it. */
export async function readReassignments(
  input: Input,
  path: string,
): Promise<readonly FiledReassignment[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input.chunks()) chunks.push(chunk);
  return parseReassignments(new TextDecoder().decode(concatenated(chunks)), path);
}

function parseReassignments(text: string, path: string): readonly FiledReassignment[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw wrong(path, 'it is no JSON');
  }
  const { version = 1, partitions } = structOf(json);
  if (version !== 1) throw wrong(path, `its version is ${JSON.stringify(version)}`);
  if (!Array.isArray(partitions)) throw wrong(path, 'it has no list of partitions');
  const found = partitions.map((partition, i) => filed(partition, i, path));
  const names = found.map(({ topic, partition }) => `${topic}-${partition}`);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw wrong(path, `${twice} stands in it twice`);
  return found;
}

function filed(item: unknown, index: number, path: string): FiledReassignment {
  const { topic, partition, replicas, log_dirs: logDirs } = structOf(item);
  const place = `partitions[${index}]`;
  if (typeof topic !== 'string') throw wrong(path, `${place} has no topic`);
  if (!isId(partition)) throw wrong(path, `${place} has no partition`);
  if (!Array.isArray(replicas) || replicas.length === 0 || !replicas.every(isId)) {
    throw wrong(path, `${place} has no replicas`);
  }
  if (Array.isArray(logDirs) && logDirs.some((directory) => directory !== 'any')) {
    throw wrong(path, `${place} names a log directory, which brokers choose themselves`);
  }
  return { topic, partition, replicas };
}

function isId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

function structOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function wrong(path: string, problem: string): OdradekError {
  return usageError(`${path}: ${problem}. Expected ${expected}.`, path, expected);
}
