import { brokerTable } from './broker-table.ts';
import { exitCodes } from './cli-context.ts';
import { connectionOptions, jsonOption, withClient } from './client-command.ts';
import { clusterState } from './cluster-state.ts';
import type { Command } from './command.ts';
import { printJson } from './report.ts';

/** `odradek broker list`. */
export const brokerListCommand: Command = {
  name: 'broker list',
  summary: 'List brokers with what lies on them',
  description: [
    'A broker that is fenced is registered and does not serve, since it has stopped or is not let in yet. One that ' +
      'is down is not known to the cluster, and replicas lie on it all the same.',
  ],
  positionals: [],
  options: {
    ids: { type: 'boolean', help: 'Only the ids of those that serve, one a line.' },
    ...jsonOption,
    ...connectionOptions,
  },
  examples: [{ text: 'All brokers', command: 'odradek broker list' }],
  run: (args, context) =>
    withClient(args, context, async (client) => {
      const { brokers } = await clusterState(client);
      if (args.flag('json')) printJson(context, brokers);
      else if (args.flag('ids')) {
        for (const { nodeId, state } of brokers) {
          if (state === 'serves') context.out.write(`${nodeId}\n`);
        }
      } else context.out.write(brokerTable(brokers));
      return exitCodes.ok;
    }),
};
