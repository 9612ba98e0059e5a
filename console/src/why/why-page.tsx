import type { ComponentChildren } from 'preact';
import { Page } from '../app/page.tsx';
import { Loading } from '../ui/empty.tsx';

/** What stands still, and why. */
export function WhyPage(): ComponentChildren {
  return (
    <Page title="Why?">
      <Loading />
    </Page>
  );
}
