import { useEffect, useRef, useState } from 'preact/hooks';

const settledMs = 150;

/**
 * The text of a search field whose word counts once the writer pauses: `apply` is told then, and the field follows
 * the address where that changes otherwise.
 */
export function useSearchText(
  current: string,
  apply: (text: string) => void,
): readonly [string, (text: string) => void] {
  const [text, setText] = useState(current);
  const latest = useRef({ current, apply });
  latest.current = { current, apply };
  useEffect(() => setText(current), [current]);
  useEffect(() => {
    if (text === latest.current.current) return undefined;
    const timer = setTimeout(() => latest.current.apply(text), settledMs);
    return () => clearTimeout(timer);
  }, [text]);
  return [text, setText];
}
