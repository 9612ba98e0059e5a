import { readFileSync } from 'node:fs';

/** Clock ticks a second in /proc; the same on every Linux that Node.js runs on. */
const ticksPerSecond = 100;

/** CPU seconds, user and system together, that process `pid` has used so far. Linux only. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The command's name, in parentheses, may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** CPU seconds that the first thread of process `pid` has used so far: of a broker, its own. Linux only. */
export function firstThreadCpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'latin1');
  return Number(stat.split(' ')[0]) / 1e9;
}

/** Resident memory of process `pid` in MiB. */
export function residentMib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

/** What a stretch of work cost the broker. */
export interface Cost {
  readonly wallSeconds: number;
  readonly brokerCpuSeconds: number;
}

/** Runs `work` and measures it against the CPU of the broker process `pid`. */
export async function measured<T>(
  pid: number,
  work: () => Promise<T>,
): Promise<Cost & { result: T }> {
  const cpuBefore = cpuSeconds(pid);
  const before = performance.now();
  const result = await work();
  const wallSeconds = (performance.now() - before) / 1000;
  return { result, wallSeconds, brokerCpuSeconds: cpuSeconds(pid) - cpuBefore };
}
