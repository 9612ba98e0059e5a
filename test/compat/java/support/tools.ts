import assert from 'node:assert/strict';
import { findJars } from '../../../../benchmarks/peers/jars.ts';
import {
  runJavaTool,
  type JavaTool,
  type JavaToolOptions,
} from '../../../../benchmarks/peers/java-tools.ts';
import type { CommandOutcome } from '../../../../tools/run-command.ts';

/** The folder of Apache Kafka's jars. `run.ts` has found it before any test runs. */
export async function jarsFolder(): Promise<string> {
  const jars = await findJars();
  if (!jars.available) throw new Error(jars.reason);
  return jars.folder;
}

/** Apache's tools against one broker. */
export interface Tools {
  /** Runs a tool with `--bootstrap-server` and answers what it printed. Fails unless it exits with 0. */
  run(tool: JavaTool, args: readonly string[], options?: JavaToolOptions): Promise<string>;
  /** Runs a tool that is expected to refuse: answers what it printed. Fails when it exits with 0. */
  refused(tool: JavaTool, args: readonly string[]): Promise<string>;
}

/** Tools that talk to the broker at `bootstrapServer`. */
export function toolsFor(bootstrapServer: string): Tools {
  const start = async (
    tool: JavaTool,
    args: readonly string[],
    options?: JavaToolOptions,
  ): Promise<CommandOutcome> => {
    // The one tool with sub-commands wants the option behind them.
    const words =
      tool === 'cluster'
        ? [...args, '--bootstrap-server', bootstrapServer]
        : ['--bootstrap-server', bootstrapServer, ...args];
    return runJavaTool(await jarsFolder(), tool, words, options);
  };
  return {
    async run(tool, args, options) {
      const { exitCode, output } = await start(tool, args, options);
      assert.equal(exitCode, 0, `${tool} ${args.join(' ')}\n${output}`);
      return output;
    },
    async refused(tool, args) {
      const { exitCode, output } = await start(tool, args);
      assert.notEqual(exitCode, 0, `${tool} ${args.join(' ')}\n${output}`);
      return output;
    },
  };
}

/** The sum of the offsets that `get-offsets` prints, a line `topic:partition:offset` each. */
export function sumOfOffsets(output: string): number {
  return output
    .split('\n')
    .filter((line) => /^[^:]+:\d+:\d*$/.test(line))
    .reduce((sum, line) => sum + Number(line.split(':')[2]), 0);
}
