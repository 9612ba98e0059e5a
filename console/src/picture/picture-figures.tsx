import type { ComponentChildren } from 'preact';
import type { Picture } from '../../../src/admin/contract/picture.ts';
import { bytesPerSecond, perSecond, short } from '../ui/figures.ts';

/** The cluster in a few figures. */
export function PictureFigures({ picture }: { readonly picture: Picture }): ComponentChildren {
  const { brokers, groups } = picture;
  const own = brokers.flatMap(({ figures }) => figures ?? []);
  const total = (of: (figures: (typeof own)[number]) => number): number =>
    own.reduce((sum, one) => sum + of(one), 0);
  const up = brokers.filter(({ state }) => state === 'up').length;
  const notInSync = brokers.reduce((sum, one) => sum + one.notInSync, 0);
  const lag = groups.reduce<number | null>((sum, group) => (sum ?? 0) + (group.lag ?? 0), null);
  return (
    <dl class="figures">
      <Figure
        name="Brokers up"
        value={up === brokers.length ? String(up) : `${up} of ${brokers.length}`}
        tone={up === brokers.length ? '' : 'bad'}
      />
      <Figure name="Messages in" value={perSecond(total((one) => one.messagesInPerSecond))} />
      <Figure name="Bytes in" value={bytesPerSecond(total((one) => one.bytesInPerSecond))} />
      <Figure name="Bytes out" value={bytesPerSecond(total((one) => one.bytesOutPerSecond))} />
      <Figure
        name="Not in sync"
        title="Replicas that are not in sync"
        value={short(notInSync)}
        tone={notInSync === 0 ? '' : 'warn'}
      />
      {lag !== null && <Figure name="Lag" title="Of the groups shown" value={short(lag)} />}
    </dl>
  );
}

function Figure({
  name,
  value,
  title,
  tone = '',
}: {
  readonly name: string;
  readonly title?: string;
  readonly value: string;
  readonly tone?: string;
}): ComponentChildren {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd class={tone}>{value}</dd>
    </div>
  );
}
