import type { ComponentChildren } from 'preact';
import type { ApiError } from '../data/api-error.ts';

/** Says why there is nothing, and what to do about it. */
export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}): ComponentChildren {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** The server's sentence and what can be done about it. */
export function ErrorNotice({ error }: { readonly error: ApiError }): ComponentChildren {
  return (
    <div class="notice bad" role="alert">
      <strong>{error.problem.message}</strong>
      {error.problem.remedy !== undefined && <span class="muted">{error.problem.remedy}</span>}
    </div>
  );
}

/** Seen only when something takes longer than a moment. */
export function Loading(): ComponentChildren {
  return (
    <p class="loading" aria-busy="true">
      Loading…
    </p>
  );
}
