import { exitCodes } from './cli-context.ts';
import { connectionOptions, withClient } from './client-command.ts';
import { parseNodeId } from './cluster-state.ts';
import type { Command } from './command.ts';

/** `odradek broker unregister`. */
export const brokerUnregisterCommand: Command = {
  name: 'broker unregister',
  summary: 'Have the cluster forget a broker that has stopped for good',
  description: [
    'A broker that is alive is refused. Replicas that still lie on it count as lost: drain it first.',
  ],
  positionals: [{ name: 'broker', required: true, completes: 'broker' }],
  options: { ...connectionOptions },
  examples: [{ text: 'Forget broker 4', command: 'odradek broker unregister 4' }],
  run: (args, context) => {
    const nodeId = parseNodeId(args.positionals[0] as string, '<broker>');
    return withClient(args, context, async (client) => {
      await client.admin.unregisterBroker(nodeId);
      context.out.write(`broker ${nodeId} is forgotten\n`);
      return exitCodes.ok;
    });
  },
};
