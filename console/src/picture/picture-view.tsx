import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Picture } from '../../../src/admin/contract/picture.ts';
import { preferences } from '../data/preferences.ts';
import { useStore } from '../data/use-store.ts';
import { BandLabels } from './band-labels.tsx';
import { BrokerHeads } from './broker-heads.tsx';
import type { Change } from './changes.ts';
import { readColours, type Colours } from './colours.ts';
import { flowsOf, type ReadRate } from './flows.ts';
import { GroupBoxes } from './group-boxes.tsx';
import { lanesMax } from './columns.ts';
import { layoutOf } from './layout.ts';
import { Painter, type Emphasis, type Flash } from './painter.ts';
import { ProducerBoxes } from './producer-boxes.tsx';
import { sceneOf } from './compose-scene.ts';
import type { Scene } from './scene.ts';
import './picture.css';

const flashMs = 4000;

/** The cluster drawn: words and links are HTML, what moves is painted beneath them. */
export function PictureView({
  picture,
  topic,
  readRate,
  changes,
  moving,
}: {
  readonly picture: Picture;
  readonly topic: string | undefined;
  readonly readRate: ReadRate;
  readonly changes: readonly Change[];
  readonly moving: boolean;
}): ComponentChildren {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(frame);
  const colours = useColours(frame);
  const [emphasis, setEmphasis] = useState<Emphasis | null>(null);
  const scene = useScene(picture, width, topic);
  const layout = useMemo(() => layoutOf(scene, width), [scene, width]);
  const flows = useMemo(() => flowsOf(scene, layout, readRate), [scene, layout, readRate]);
  const flashes = useFlashes(changes);
  const painter = useRef<Painter | null>(null);

  useLayoutEffect(() => {
    if (canvas.current === null || colours === null || width === 0) return;
    painter.current ??= new Painter(canvas.current);
    painter.current.set({ scene, layout, flows, colours, emphasis, flashes });
    painter.current.setMoving(moving);
  }, [scene, layout, flows, colours, emphasis, flashes, moving, width]);
  useEffect(() => () => painter.current?.setMoving(false), []);

  const parts = { scene, layout, onEmphasis: setEmphasis };
  return (
    <div
      ref={frame}
      class="picture"
      role="group"
      aria-label="The cluster as a picture; the same as tables can be chosen above"
      style={{ height: `${layout.height}px` }}
    >
      <canvas ref={canvas} aria-hidden="true" />
      {width > 0 && (
        <>
          <ProducerBoxes {...parts} />
          <BrokerHeads {...parts} />
          <BandLabels {...parts} />
          <GroupBoxes {...parts} />
        </>
      )}
    </div>
  );
}

/** Remembers which topics were drawn, so that they keep their places. */
function useScene(picture: Picture, width: number, topic: string | undefined): Scene {
  const before = useRef<readonly string[]>([]);
  return useMemo(() => {
    const scene = sceneOf(picture, {
      columnsMax: lanesMax(width),
      heightMax: 620,
      topic,
      before: before.current,
    });
    before.current = scene.bands.map((band) => band.topic);
    return scene;
  }, [picture, width, topic]);
}

function useWidth(frame: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    setWidth(element.clientWidth);
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame]);
  return width;
}

/** Read again when the theme changes, by choice or by the system. */
function useColours(frame: { readonly current: HTMLElement | null }): Colours | null {
  const { theme } = useStore(preferences);
  const [colours, setColours] = useState<Colours | null>(null);
  useLayoutEffect(() => {
    const read = (): void => {
      if (frame.current !== null) setColours(readColours(frame.current));
    };
    read();
    const dark = window.matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', read);
    return () => dark.removeEventListener('change', read);
  }, [theme, frame]);
  return colours;
}

function useFlashes(changes: readonly Change[]): readonly Flash[] {
  return useMemo(() => {
    const nowMs = performance.now();
    return changes
      .filter(({ seenMs }) => seenMs + flashMs > nowMs)
      .flatMap(({ led, seenMs }) => led.map((one) => ({ ...one, untilMs: seenMs + flashMs })));
  }, [changes]);
}
