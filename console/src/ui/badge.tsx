import type { ComponentChildren } from 'preact';

/** What a colour says. */
export type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'info' | 'accent';

/** A word or two about the state of something; `dot` for what lives. */
export function Badge({
  tone = 'plain',
  dot = false,
  title,
  children,
}: {
  readonly tone?: Tone;
  readonly dot?: boolean;
  readonly title?: string | undefined;
  readonly children: ComponentChildren;
}): ComponentChildren {
  return (
    <span class={`badge ${tone}${dot ? ' dot' : ''}`} title={title}>
      {children}
    </span>
  );
}
