import type { ComponentChildren } from 'preact';
import type { Why } from '../../../src/admin/contract/picture.ts';
import { useResource } from '../data/use-resource.ts';
import { WhyList } from './why-list.tsx';

/** What is said of one topic or group; nothing where all goes on. */
export function WhyOf({
  kind,
  name,
}: {
  readonly kind: 'topics' | 'groups';
  readonly name: string;
}): ComponentChildren {
  const { data } = useResource<readonly Why[]>(`api/why/${kind}/${encodeURIComponent(name)}`);
  return data === undefined || data.length === 0 ? null : <WhyList whys={data} />;
}
