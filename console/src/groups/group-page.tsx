import type { ComponentChildren } from 'preact';
import { Page } from '../app/page.tsx';
import { Loading } from '../ui/empty.tsx';

/** A group, in tabs. */
export function GroupPage({
  group,
}: {
  readonly group: string;
  readonly tab: string;
}): ComponentChildren {
  return (
    <Page title={group}>
      <Loading />
    </Page>
  );
}
