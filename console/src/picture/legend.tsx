import type { ComponentChildren } from 'preact';
import { dotForEachUpTo } from './rates.ts';

/** What the picture's signs mean. */
export function Legend(): ComponentChildren {
  return (
    <section aria-label="What the signs mean">
      <h2>Signs</h2>
      <p class="legend">
        <span>
          <i /> leader
        </span>
        <span>
          <i class="in-sync" /> follower in sync
        </span>
        <span>
          <i class="lagging" /> lagging
        </span>
        <span>
          <i class="offline" /> offline
        </span>
        <span>
          <i class="dot" /> written
        </span>
        <span>
          <i class="dot read" /> read
        </span>
        <span>★ controller</span>
      </p>
      <p class="faint">
        Each dot is a message up to {dotForEachUpTo} a second, and stands for more beyond. A log
        grows at its right end. A topic that is folded has a square for each replica.
      </p>
    </section>
  );
}
