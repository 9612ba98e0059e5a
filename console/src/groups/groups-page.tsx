import type { ComponentChildren } from 'preact';
import { Page } from '../app/page.tsx';
import { Loading } from '../ui/empty.tsx';

/** The list of groups. */
export function GroupsPage(): ComponentChildren {
  return (
    <Page title="Groups">
      <Loading />
    </Page>
  );
}
