import type { Why } from '../admin/contract/picture.ts';
import { type CliContext, exitCodes } from './cli-context.ts';
import type { Arguments } from './command.ts';
import { printJson } from './report.ts';

/** What a Kafka broker does not tell, and what therefore is not said. */
const unseen =
  'Not seen from here: heartbeats and fetches of members, where lags go, and since when. The console of a broker of Odradek has these too.';

/** Prints what stands still about something, or that nothing does. */
export function reportWhys(
  args: Arguments,
  context: CliContext,
  name: string,
  whys: readonly Why[],
): number {
  if (args.flag('json')) {
    printJson(context, whys);
    return exitCodes.ok;
  }
  const text = whys.length === 0 ? `Nothing stands still about ${name}.\n` : whysText(whys);
  context.out.write(`${text}\n${unseen}\n`);
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
