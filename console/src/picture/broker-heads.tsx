import type { ComponentChildren } from 'preact';
import { hrefOf } from '../app/routes.ts';
import { bytesPerSecond } from '../ui/figures.ts';
import { Time } from '../ui/time.tsx';
import { at } from './at.ts';
import type { PartProps } from './part-props.ts';
import type { SceneBroker } from './scene.ts';

const tones = { up: 'good', stopping: 'warn', fenced: 'warn', down: 'bad' } as const;

/** The heads of the lanes: which broker, how it is, what goes through it. */
export function BrokerHeads({ scene, layout }: PartProps): ComponentChildren {
  return (
    <div role="group" aria-label="Brokers">
      {layout.lanes.map((lane) => {
        const place = at({ ...lane, height: layout.headHeight });
        const broker = scene.brokers.find(({ nodeId }) => nodeId === lane.nodeId);
        if (broker === undefined) {
          return (
            <a key={lane.nodeId} class="lane-head" style={place} href={hrefOf({ view: 'brokers' })}>
              <strong>+ {scene.brokersMore.length}</strong>
              <span class="faint">more brokers</span>
            </a>
          );
        }
        return (
          <a
            key={lane.nodeId}
            class="lane-head"
            style={place}
            href={hrefOf({ view: 'broker', broker: String(broker.nodeId) })}
            title={broker.why?.sentence ?? `Broker ${broker.nodeId} at ${broker.address}`}
          >
            <strong class="lane-name">
              <span class={`state-dot ${tones[broker.state]}`} />
              <span>{lane.width < 96 ? broker.nodeId : `Broker ${broker.nodeId}`}</span>
              {broker.isController && (
                <span class="crown" title="It is the controller.">
                  ★<span class="visually-hidden"> controller</span>
                </span>
              )}
            </strong>
            {lane.width >= 72 && <BrokerLine broker={broker} narrow={lane.width < 150} />}
          </a>
        );
      })}
    </div>
  );
}

function BrokerLine({
  broker: { state, stateSinceMs, figures },
  narrow,
}: {
  readonly broker: SceneBroker;
  readonly narrow: boolean;
}): ComponentChildren {
  if (state !== 'up') {
    return (
      <span class={tones[state]}>
        {state}
        {!narrow && stateSinceMs !== null && (
          <>
            {' since '}
            <Time ms={stateSinceMs} short />
          </>
        )}
      </span>
    );
  }
  if (figures === null) return <span class="faint">does not say how it is</span>;
  return (
    <span class="faint">
      <span title="Bytes in">↓ {bytesPerSecond(figures.bytesInPerSecond)}</span>
      {!narrow && <span title="Bytes out"> ↑ {bytesPerSecond(figures.bytesOutPerSecond)}</span>}
    </span>
  );
}
