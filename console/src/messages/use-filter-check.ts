import { useEffect, useState } from 'preact/hooks';
import { toApiError, type ApiError } from '../data/api-error.ts';
import { apiSend } from '../data/api.ts';

/** What became of a filter that was looked at: still unknown, right, or wrong. */
export type FilterCheck =
  | { readonly state: 'empty' | 'checking' | 'good' }
  | { readonly state: 'bad'; readonly error: ApiError };

const pauseMs = 250;

/** Has the broker check `filter` as it is written, a moment after the last key. */
export function useFilterCheck(filter: string): FilterCheck {
  const [checked, setChecked] = useState<{ filter: string; check: FilterCheck }>();
  const isEmpty = filter.trim() === '';
  useEffect(() => {
    if (isEmpty) return undefined;
    let current = true;
    const report = (check: FilterCheck): void => {
      if (current) setChecked({ filter, check });
    };
    const timer = setTimeout(() => {
      apiSend('POST', 'api/filter', { filter })
        .then(() => report({ state: 'good' }))
        .catch((thrown: unknown) => {
          const error = toApiError(thrown);
          // Only a filter that was read can be wrong; else the search itself will say what is the matter.
          report(error.status === 400 ? { state: 'bad', error } : { state: 'checking' });
        });
    }, pauseMs);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [filter, isEmpty]);
  if (isEmpty) return { state: 'empty' };
  return checked?.filter === filter ? checked.check : { state: 'checking' };
}
