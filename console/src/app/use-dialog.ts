import { useCallback } from 'preact/hooks';
import { useQuery } from './router.ts';

/** Which dialog of a view is open: it stands in the address as `do`, so that going back closes it. */
export function useDialog(): {
  readonly open: string;
  readonly show: (name: string) => void;
  readonly close: () => void;
} {
  const [query, change] = useQuery();
  const show = useCallback((name: string) => change({ do: name }, { push: true }), [change]);
  const close = useCallback(() => change({ do: undefined }), [change]);
  return { open: query.get('do') ?? '', show, close };
}
