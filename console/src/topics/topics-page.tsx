import type { ComponentChildren } from 'preact';
import { Page } from '../app/page.tsx';
import { Loading } from '../ui/empty.tsx';

/** The list of topics. */
export function TopicsPage(): ComponentChildren {
  return (
    <Page title="Topics">
      <Loading />
    </Page>
  );
}
