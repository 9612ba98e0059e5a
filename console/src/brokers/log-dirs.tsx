import type { ComponentChildren } from 'preact';
import type { OwnFigures } from '../../../src/admin/contract/picture.ts';
import { Badge } from '../ui/badge.tsx';
import { bytes } from '../ui/figures.ts';
import './brokers.css';

/** Below so much free space a disk is a matter to look at. */
const fewFree = 0.1;

/** The folders of logs, and how full the disks under them are. */
export function LogDirs({
  logDirs,
}: {
  readonly logDirs: OwnFigures['logDirs'];
}): ComponentChildren {
  return (
    <section class="stack" aria-label="Log directories">
      <h2>Log directories</h2>
      <ul class="log-dirs">
        {logDirs.map(({ path, online, usedBytes, freeBytes, totalBytes }) => {
          const known = freeBytes !== null && totalBytes !== null && totalBytes > 0;
          const tight = known && freeBytes / totalBytes < fewFree;
          return (
            <li key={path} class="card">
              <div class="row">
                <code>{path}</code>
                {!online && <Badge tone="bad">offline</Badge>}
                {tight && <Badge tone="warn">nearly full</Badge>}
                <span class="spread" />
                <span>
                  {bytes(usedBytes)} of logs
                  {known && (
                    <span class="muted">
                      {' '}
                      · {bytes(freeBytes)} of {bytes(totalBytes)} free
                    </span>
                  )}
                </span>
              </div>
              {known && (
                <DiskBar used={usedBytes} free={freeBytes} total={totalBytes} tight={tight} />
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function DiskBar({
  used,
  free,
  total,
  tight,
}: {
  readonly used: number;
  readonly free: number;
  readonly total: number;
  readonly tight: boolean;
}): ComponentChildren {
  const share = (part: number): string =>
    `${(100 * Math.max(0, Math.min(part / total, 1))).toFixed(2)}%`;
  return (
    <div
      class={tight ? 'disk-bar tight' : 'disk-bar'}
      role="img"
      aria-label={`${share(used)} logs, ${share(total - free - used)} other, ${share(free)} free`}
    >
      <div class="logs" style={{ width: share(used) }} />
      <div class="other" style={{ width: share(total - free - used) }} />
    </div>
  );
}
