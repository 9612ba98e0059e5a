import type { Background, Runtime } from '../runtime/runtime.ts';
import type { Logger } from '../util/logger.ts';
import type { Cuts } from './cuts.ts';
import { gatedFiles } from './gated-files.ts';
import { GatedNetwork } from './gated-network.ts';
import { gatedTimers } from './gated-timers.ts';
import type { PortOwners } from './port-owners.ts';
import type { ProcessGate } from './process-gate.ts';

/** What stands between a process and the world. */
export interface GatedRuntimeModules {
  /** The world. */
  readonly runtime: Runtime;
  readonly gate: ProcessGate;
  readonly cuts: Cuts;
  readonly owners: PortOwners;
}

/** The runtime of broker `nodeId`, which can be stopped, killed and cut off from others. */
export function gatedRuntime(
  options: { readonly nodeId: number },
  { runtime, gate, cuts, owners }: GatedRuntimeModules,
): Runtime {
  const { timers, network } = runtime;
  return {
    ...runtime,
    timers: gatedTimers(timers, gate),
    files: gatedFiles(runtime.files, gate),
    network: new GatedNetwork(options, { network, timers, gate, cuts, owners }),
    background: gatedBackground(runtime.background, gate),
  };
}

/** Work in another thread is not stopped, but its process does not learn of it; it ends with its process. */
function gatedBackground(background: Background, gate: ProcessGate): Background {
  gate.add({ look() {}, end: () => void gate.throughDisk(background.close()) });
  return {
    run: (task, input) => gate.through(background.run(task, input)),
    close: () => gate.throughDisk(background.close()),
  };
}

/** A process that is dead says nothing. */
export function gatedLogger(logger: Logger, gate: ProcessGate): Logger {
  const at =
    (level: keyof Logger): Logger['info'] =>
    (event, fields) => {
      if (!gate.isDead) logger[level](event, fields);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
