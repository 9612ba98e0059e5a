import type { Member, MemberOptions } from './member.ts';

/**
 * How a member of each client is started in this process. A client is loaded when it is wanted, as a process
 * with a member wants one alone.
 */
export const startHere = {
  kafkajs: async (options) => (await import('./kafkajs-member.ts')).KafkajsMember.start(options),
  platformatic: async (options) =>
    (await import('./platformatic-member.ts')).PlatformaticMember.start(options),
  'kafka-crab': async (options) => (await import('./crab-member.ts')).CrabMember.start(options),
} as const satisfies Readonly<Record<string, (options: MemberOptions) => Promise<Member>>>;

/** The name of a client that Node.js has. */
export type GroupClientName = keyof typeof startHere;
