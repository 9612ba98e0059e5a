import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { connection } from '../data/connection.ts';
import { useStore } from '../data/use-store.ts';
import { Icon } from '../ui/icons.tsx';
import { Time } from '../ui/time.tsx';

/** Says calmly that the broker does not answer; what was seen last stays below. A hiccup of a second is not told. */
export function ConnectionNotice(): ComponentChildren {
  const { up, downSinceMs } = useStore(connection);
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (up) {
      setLate(false);
      return undefined;
    }
    const timer = setTimeout(() => setLate(true), 1500);
    return () => clearTimeout(timer);
  }, [up]);
  return (
    <div role="status">
      {late && !up && (
        <div class="connection">
          <Icon name="refresh" />
          <span>
            The broker has not answered since <Time ms={downSinceMs} short />. What you see is from
            then; the page goes on by itself when it is back.
          </span>
        </div>
      )}
    </div>
  );
}
