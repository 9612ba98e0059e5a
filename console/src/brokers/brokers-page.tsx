import type { ComponentChildren } from 'preact';
import { Page } from '../app/page.tsx';
import { Loading } from '../ui/empty.tsx';

/** The brokers of the cluster. */
export function BrokersPage(): ComponentChildren {
  return (
    <Page title="Brokers">
      <Loading />
    </Page>
  );
}
