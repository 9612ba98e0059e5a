import type { ComponentChildren } from 'preact';
import { Page } from '../app/page.tsx';
import { Loading } from '../ui/empty.tsx';

/** A topic, in tabs. */
export function TopicPage({
  topic,
}: {
  readonly topic: string;
  readonly tab: string;
}): ComponentChildren {
  return (
    <Page title={topic}>
      <Loading />
    </Page>
  );
}
