/** What happens to brokers, in the words of docs/DURABILITY.md. */
export const faults = [
  'a process dies',
  'all processes die',
  'a machine loses power',
  'all lose power at once',
] as const;

/** One of `faults`. */
export type Fault = (typeof faults)[number];

/** One row of the table of docs/DURABILITY.md: how a producer writes and what it writes to. */
export interface Level {
  /** In plain words, as the row has it. */
  readonly name: string;
  readonly brokers: 1 | 3;
  readonly acks: 0 | 1 | 'all';
  readonly configs: Readonly<Record<string, string>>;
  /** The faults after which everything that was acknowledged is there. */
  readonly survives: readonly Fault[];
}

const fsyncPerBatch = { 'flush.messages': '1' };
const quorum = { 'min.insync.replicas': '2' };

/** From the cheapest to the dearest. */
export const levels: readonly Level[] = [
  { name: 'no wait for a write', brokers: 3, acks: 0, configs: quorum, survives: [] },
  { name: 'leader only', brokers: 3, acks: 1, configs: quorum, survives: [] },
  {
    name: 'sync after a quorum',
    brokers: 3,
    acks: 'all',
    configs: quorum,
    survives: ['a process dies', 'all processes die', 'a machine loses power'],
  },
  {
    name: 'a quorum, and fsync per batch',
    brokers: 3,
    acks: 'all',
    configs: { ...quorum, ...fsyncPerBatch },
    survives: faults,
  },
  {
    name: 'one broker',
    brokers: 1,
    acks: 'all',
    configs: {},
    survives: ['a process dies', 'all processes die'],
  },
  {
    name: 'one broker, and fsync per batch',
    brokers: 1,
    acks: 'all',
    configs: fsyncPerBatch,
    survives: faults,
  },
];
