import type { Why } from '../admin/contract/picture.ts';
import type { WhySubject } from '../client/admin-whys.ts';
import type { Client } from '../client/client.ts';
import { type CliContext, exitCodes } from './cli-context.ts';
import type { Arguments } from './command.ts';
import { printJson } from './report.ts';

/** What a Kafka broker does not tell, and what therefore is not said. */
const unseen =
  'Not seen from here: heartbeats and fetches of members, where lags go, and since when. Brokers of Odradek with a console tell these too.';

/** What a broker with a console says: the same as that. Undefined where there is none. */
export async function whysOfBroker(
  client: Client,
  subject: WhySubject,
): Promise<readonly Why[] | undefined> {
  const told = await client.admin.askWhys(subject);
  return told === undefined ? undefined : (JSON.parse(told) as readonly Why[]);
}

/** Prints what stands still about something, or that nothing does; whether a broker said so or it was worked out here. */
export function reportWhys(
  args: Arguments,
  context: CliContext,
  name: string,
  { whys, isTold }: { readonly whys: readonly Why[]; readonly isTold: boolean },
): number {
  if (args.flag('json')) {
    printJson(context, whys);
    return exitCodes.ok;
  }
  const text = whys.length === 0 ? `Nothing stands still about ${name}.\n` : whysText(whys);
  context.out.write(isTold ? text : `${text}\n${unseen}\n`);
  return exitCodes.ok;
}

function whysText(whys: readonly Why[]): string {
  return whys
    .map(({ sentence, evidence, remedy }) =>
      [
        sentence,
        ...evidence.map((line) => `  - ${line}`),
        ...(remedy === null ? [] : [`  What to do: ${remedy}`]),
        '',
      ].join('\n'),
    )
    .join('\n');
}
