import type { MemberOptions } from './member.ts';
import { startHere, type GroupClientName } from './own-clients.ts';

/** What a process with a member tells the one that has started it. */
export interface MemberReport {
  readonly partitions: readonly string[];
  readonly assignmentCount: number;
  /** Those that it has not told before. */
  readonly values: readonly string[];
}

/**
 * A process with a member of a group: by the client of the first argument, with the `MemberOptions` of the
 * second one in JSON. It sends a report whenever there is something new to tell, and leaves the group when the
 * channel is closed.
 */
const [client = '', options = ''] = process.argv.slice(2);
const member = await startHere[client as GroupClientName](JSON.parse(options) as MemberOptions);

let told = '';
let toldValues = 0;
const telling = setInterval(() => {
  const { partitions, assignmentCount } = member;
  const values = member.values.slice(toldValues);
  toldValues += values.length;
  const state = JSON.stringify({ partitions, assignmentCount });
  if (state === told && values.length === 0) return;
  told = state;
  // Nobody listens any more for a moment before `disconnect` comes, which is no failure.
  process.send?.({ partitions, assignmentCount, values } satisfies MemberReport, () => {});
}, 10);

process.on('disconnect', () => {
  clearInterval(telling);
  // librdkafka would take seconds to put its threads away.
  void member.leave().then(() => process.kill(process.pid, 'SIGKILL'));
});
