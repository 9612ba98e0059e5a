import type { ComponentChildren } from 'preact';
import { Page } from '../app/page.tsx';
import { Loading } from '../ui/empty.tsx';

/** Configs of brokers and of the cluster. */
export function SettingsPage(): ComponentChildren {
  return (
    <Page title="Settings">
      <Loading />
    </Page>
  );
}
