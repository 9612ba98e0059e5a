import { useEffect, useRef } from 'preact/hooks';
import { isWriting } from '../ui/search-field.tsx';

/** What the keys of a list of records do. */
export interface RecordKeys {
  /** j and k: the record below and the one above. */
  readonly step: (by: 1 | -1) => void;
  /** Enter: into the record that is open. */
  readonly enter: () => void;
  /** Escape. */
  readonly close: () => void;
  /** x: selects the record that is open, or does not. */
  readonly toggle: () => void;
}

/** Listens for the keys wherever one does not write. */
export function useRecordKeys(keys: RecordKeys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isWriting(event)) return;
      const { step, enter, close, toggle } = latest.current;
      if (event.key === 'j') step(1);
      else if (event.key === 'k') step(-1);
      else if (event.key === 'x') toggle();
      else if (event.key === 'Escape') close();
      else if (event.key === 'Enter' && !isControl(event.target)) enter();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

/** Whether Enter already means something there. */
function isControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('a, button, input, summary') !== null;
}
