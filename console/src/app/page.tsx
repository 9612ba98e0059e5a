import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { CommandLine } from '../ui/command-line.tsx';

/** What stands on a page. */
export interface PageProps {
  readonly title: string;
  /** Beside the title: badges. */
  readonly beside?: ComponentChildren;
  /** The way to it: `{ text: 'Topics', href }`. */
  readonly crumbs?: readonly { readonly text: string; readonly href: string }[];
  readonly note?: ComponentChildren;
  readonly actions?: ComponentChildren;
  /** The command line that shows the same. */
  readonly command?: string | undefined;
  readonly children: ComponentChildren;
}

/** A page of the console: its head, and what it shows. */
export function Page(props: PageProps): ComponentChildren {
  const { title, beside, crumbs = [], note, actions, command, children } = props;
  useEffect(() => {
    document.title = `${title} · Odradek`;
  }, [title]);
  return (
    <>
      <header class="page-head">
        <div class="page-head-title">
          {crumbs.length > 0 && (
            <nav class="crumbs" aria-label="Breadcrumbs">
              {crumbs.map(({ text, href }) => (
                <span key={href}>
                  <a href={href}>{text}</a> /{' '}
                </span>
              ))}
            </nav>
          )}
          <div class="row">
            <h1>{title}</h1>
            {beside}
          </div>
          {note !== undefined && <div class="page-note">{note}</div>}
        </div>
        {actions !== undefined && <div class="row">{actions}</div>}
      </header>
      {children}
      {command !== undefined && <CommandLine command={command} />}
    </>
  );
}
