import type { ComponentChildren } from 'preact';
import type { BrokerFigures } from '../../../src/admin/contract/picture.ts';
import { Badge } from '../ui/badge.tsx';

const tones = { up: 'good', stopping: 'warn', fenced: 'warn', down: 'bad' } as const;
const meanings = {
  up: 'It renews its lease.',
  stopping: 'It hands over what it leads, and goes.',
  fenced: 'It is registered, and not let in yet.',
  down: 'It does not renew its lease, or is suspected.',
} as const;

/** How a broker is, and whether it says anything of itself. */
export function BrokerState({
  broker: { state, reachable },
}: {
  readonly broker: Pick<BrokerFigures, 'state' | 'reachable'>;
}): ComponentChildren {
  return (
    <span class="row">
      <Badge tone={tones[state]} dot title={meanings[state]}>
        {state}
      </Badge>
      {state === 'up' && !reachable && (
        <Badge tone="warn" title="It did not answer when it was asked for its figures.">
          no figures
        </Badge>
      )}
    </span>
  );
}
