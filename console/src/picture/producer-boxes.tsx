import type { ComponentChildren } from 'preact';
import { exact, perSecond } from '../ui/figures.ts';
import { at } from './at.ts';
import type { PartProps } from './part-props.ts';

/** Who writes. */
export function ProducerBoxes({ scene, layout, onEmphasis }: PartProps): ComponentChildren {
  return (
    <div role="group" aria-label="Producers">
      <div class="caption" style={at(layout.captions.producers)}>
        {scene.producers.length === 0 ? 'No producer wrote in the last 10 s' : 'Producers'}
      </div>
      {layout.producers.map((box) => {
        const producer = scene.producers.find(({ id }) => id === box.id);
        if (producer === undefined) return null;
        const { clientId, address, connections, messagesPerSecond } = producer;
        const from = connections === 1 ? address : `${address} × ${connections}`;
        return (
          <div
            key={box.id}
            class="node producer"
            style={at(box)}
            title={`${clientId} from ${address}, ${connections} ${connections === 1 ? 'connection' : 'connections'}`}
            onMouseEnter={() => onEmphasis({ kind: 'producer', name: box.id })}
            onMouseLeave={() => onEmphasis(null)}
          >
            <strong>{clientId}</strong>
            <span class="node-line">
              <span class="faint">{from}</span>
              <span>{perSecond(messagesPerSecond)}</span>
            </span>
          </div>
        );
      })}
      {layout.producersMore !== null && (
        <div class="more" style={at(layout.producersMore)}>
          and {exact(scene.producersMore)} more
        </div>
      )}
    </div>
  );
}
