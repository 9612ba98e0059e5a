import type { ComponentChildren } from 'preact';
import type { Why } from '../../../src/admin/contract/picture.ts';
import { hrefOf } from '../app/routes.ts';
import { Badge } from '../ui/badge.tsx';
import { exact, perSecond, short } from '../ui/figures.ts';
import { Icon } from '../ui/icons.tsx';
import { at } from './at.ts';
import type { BandBox, Box } from './boxes.ts';
import type { PartProps } from './part-props.ts';
import type { SceneBand } from './scene.ts';
import { sizes } from './sizes.ts';
import { partitionText } from './texts.ts';

/** The names of topics and partitions, and what stands still in them. */
export function BandLabels({ scene, layout, onEmphasis }: PartProps): ComponentChildren {
  return (
    <div role="group" aria-label="Topics">
      {layout.bands.map((box, index) => {
        const band = scene.bands[index];
        return (
          band !== undefined && (
            <div
              key={box.topic}
              role="group"
              aria-label={box.topic}
              onMouseEnter={() => onEmphasis({ kind: 'topic', name: box.topic })}
              onMouseLeave={() => onEmphasis(null)}
              onFocusCapture={() => onEmphasis({ kind: 'topic', name: box.topic })}
              onBlurCapture={() => onEmphasis(null)}
            >
              <BandLabel band={band} box={box} />
            </div>
          )
        );
      })}
      {layout.topicsMore !== null && (
        <a class="more" style={at(layout.topicsMore)} href={hrefOf({ view: 'topics' })}>
          and {exact(scene.topicsMore)} more {scene.topicsMore === 1 ? 'topic' : 'topics'}
        </a>
      )}
    </div>
  );
}

function BandLabel({
  band,
  box,
}: {
  readonly band: SceneBand;
  readonly box: BandBox;
}): ComponentChildren {
  const head: Box = {
    x: box.x + sizes.rail,
    y: box.y,
    width: box.width - 2 * sizes.rail,
    height: sizes.bandHead,
  };
  const messages = band.partitions.reduce((total, one) => total + (one.messages ?? 0), 0);
  return (
    <>
      <div class="band-head" style={at(head)}>
        <a href={hrefOf({ view: 'topic', topic: band.topic, tab: '' })}>{band.topic}</a>
        {band.sourceTopic !== null && (
          <Badge tone="info" title={`The records of ${band.sourceTopic} that match its filter`}>
            of {band.sourceTopic}
          </Badge>
        )}
        <span class="spread" />
        {band.sourceTopic === null ? (
          <>
            {band.partitionsMore === 0 && <span class="faint">{short(messages)}</span>}
            <span>{perSecond(band.messagesPerSecond)}</span>
          </>
        ) : (
          <span
            class="faint"
            title="How many match is not counted; its logs are those of its source"
          >
            as its source
          </span>
        )}
      </div>
      {box.rows.map((row, at_) => {
        const partition = band.partitions[at_];
        if (partition === undefined) return null;
        const label = band.folded
          ? `${band.partitions.length} partitions`
          : partitionText(band.topic, partition);
        return (
          <div key={row.partition} class="row-label" style={at(row)} title={label}>
            {!band.folded && <span aria-label={label}>{row.partition}</span>}
          </div>
        );
      })}
      {box.more !== null && (
        <a
          class="more"
          style={at(box.more)}
          href={hrefOf({ view: 'topic', topic: band.topic, tab: '' })}
        >
          and {band.partitionsMore} more partitions
        </a>
      )}
      {box.why !== null && band.why !== null && (
        <WhyLine why={band.why} box={box.why} href={hrefOf({ view: 'why' })} />
      )}
    </>
  );
}

/** What is said of something, where it stands. */
export function WhyLine({
  why,
  box,
  href,
}: {
  readonly why: Why;
  readonly box: Box;
  readonly href: string;
}): ComponentChildren {
  return (
    <a class={`why-line ${why.severity}`} style={at(box)} href={href} title={why.sentence}>
      <Icon name="warning" />
      <span>{why.sentence}</span>
    </a>
  );
}
