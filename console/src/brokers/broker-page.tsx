import type { ComponentChildren } from 'preact';
import { Page } from '../app/page.tsx';
import { Loading } from '../ui/empty.tsx';

/** A broker. */
export function BrokerPage({ broker }: { readonly broker: string }): ComponentChildren {
  return (
    <Page title={broker}>
      <Loading />
    </Page>
  );
}
