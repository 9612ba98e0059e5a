import { MemberProcess } from './member-process.ts';
import type { Member, MemberOptions } from './member.ts';
import { startHere, type GroupClientName } from './own-clients.ts';

/** A client that a group can be made of. */
interface GroupClient {
  /** False, or why it cannot run here. */
  readonly skip: string | false;
  start(options: MemberOptions): Promise<Member>;
}

// npm leaves the binding out where npm itself does not run on the version of Node that it names.
const hasCrab = await import('kafka-crab-js').then(
  () => true,
  () => false,
);

/** By their names. */
export const groupClients: Readonly<Record<GroupClientName, GroupClient>> = {
  kafkajs: { skip: false, start: startHere.kafkajs },
  platformatic: { skip: false, start: startHere.platformatic },
  // librdkafka's threads outlive a consumer that is closed, and keep the process from ending.
  'kafka-crab': {
    skip: !hasCrab && "kafka-crab-js has no native binding here: npx -c 'npm install' brings it",
    start: async (options) => MemberProcess.start('kafka-crab', options),
  },
};
