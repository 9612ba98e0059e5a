import type { ComponentChildren } from 'preact';
import type { Why } from '../../../src/admin/contract/picture.ts';
import { hrefOf } from '../app/routes.ts';
import { Icon } from '../ui/icons.tsx';

/** What is said of the cluster and of whole brokers, which has no room in the picture. */
export function WhyStrip({ whys }: { readonly whys: readonly Why[] }): ComponentChildren {
  const wide = whys.filter(
    ({ subject }) => subject.kind === 'cluster' || subject.kind === 'broker',
  );
  if (wide.length === 0) return null;
  return (
    <ul class="why-strip" aria-label="What stands still">
      {wide.slice(0, 3).map((why) => (
        <li key={why.sentence}>
          <a class={`why-line ${why.severity}`} href={hrefOf({ view: 'why' })}>
            <Icon name="warning" />
            {why.sentence}
          </a>
        </li>
      ))}
    </ul>
  );
}
