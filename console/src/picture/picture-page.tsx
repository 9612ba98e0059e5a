import type { ComponentChildren } from 'preact';
import { Page } from '../app/page.tsx';
import { Loading } from '../ui/empty.tsx';

/** The cluster as a living picture. */
export function PicturePage(): ComponentChildren {
  return (
    <Page title="Picture">
      <Loading />
    </Page>
  );
}
