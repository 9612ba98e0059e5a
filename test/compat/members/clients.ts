import type { Member, MemberOptions } from './member.ts';

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

/** By their names. Each is loaded when it is wanted, as a process with a member wants one alone. */
export const groupClients = {
  kafkajs: {
    skip: false,
    start: async (options) => (await import('./kafkajs-member.ts')).KafkajsMember.start(options),
  },
  platformatic: {
    skip: false,
    start: async (options) =>
      (await import('./platformatic-member.ts')).PlatformaticMember.start(options),
  },
  'kafka-crab': {
    skip: !hasCrab && "kafka-crab-js has no native binding here: npx -c 'npm install' brings it",
    start: async (options) => (await import('./crab-member.ts')).CrabMember.start(options),
  },
} as const satisfies Readonly<Record<string, GroupClient>>;

/** The name of one that Node.js has. */
export type GroupClientName = keyof typeof groupClients;
