import type { Colours } from './colours.ts';
import { Dots } from './dots.ts';
import { cellOf, portOf, type Flow } from './flows.ts';
import type { Layout } from './boxes.ts';
import { paintFolded, paintPartition } from './paint-cells.ts';
import { pointAt } from './paths.ts';
import { tapeSpeed } from './rates.ts';
import type { Scene } from './scene.ts';
import { sizes } from './sizes.ts';

/** What is pointed at: the flows of others step back. */
export interface Emphasis {
  readonly kind: 'producer' | 'topic' | 'group';
  readonly name: string;
}

/** A leader that is new, to be ringed until then. */
export interface Flash {
  readonly topic: string;
  readonly partition: number;
  readonly untilMs: number;
}

/** All that is painted. */
export interface Painting {
  readonly scene: Scene;
  readonly layout: Layout;
  readonly flows: readonly Flow[];
  readonly colours: Colours;
  readonly emphasis: Emphasis | null;
  readonly flashes: readonly Flash[];
}

const flashMs = 4000;
/** Forty frames a second look as smooth as sixty here, and leave the machine a third more quiet. */
const frameMs = 24;

/** Paints what moves: logs, and messages on their ways. */
export class Painter {
  readonly #canvas: HTMLCanvasElement;
  readonly #dots = new Dots();
  /** How far the log of each partition has moved. */
  readonly #phases = new Map<string, number>();
  #painting: Painting | null = null;
  #moving = false;
  #frame = 0;
  #lastMs = 0;
  #wasQuiet = false;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  /** Shows another picture. */
  set(painting: Painting): void {
    this.#painting = painting;
    this.#dots.setFlows(painting.flows);
    this.#fit(painting.layout);
    this.#paint(performance.now());
  }

  /** Lets it move, or stand still. */
  setMoving(moving: boolean): void {
    if (moving === this.#moving) return;
    this.#moving = moving;
    cancelAnimationFrame(this.#frame);
    if (moving) {
      this.#lastMs = performance.now();
      this.#frame = requestAnimationFrame(this.#tick);
    } else {
      this.#dots.all.length = 0;
      this.#paint(performance.now());
    }
  }

  readonly #tick = (nowMs: number): void => {
    if (!this.#moving) return;
    this.#frame = requestAnimationFrame(this.#tick);
    if (nowMs - this.#lastMs < frameMs) return;
    // After a pause, a hidden page say, time goes on from where it stood.
    const seconds = Math.min((nowMs - this.#lastMs) / 1000, 0.1);
    this.#lastMs = nowMs;
    if (this.#isQuiet(nowMs)) return;
    this.#step(seconds);
    this.#paint(nowMs);
  };

  /** Whether nothing moves in the cluster, so that nothing has to be painted again. */
  #isQuiet(nowMs: number): boolean {
    const quiet =
      this.#dots.all.length === 0 &&
      this.#painting?.flashes.every(({ untilMs }) => untilMs < nowMs) === true &&
      this.#painting.flows.every(({ messagesPerSecond }) => messagesPerSecond === 0) &&
      this.#painting.scene.bands.every(({ messagesPerSecond }) => messagesPerSecond === 0);
    // Once more, so that the last dot and ring go.
    const paintedLast = this.#wasQuiet && quiet;
    this.#wasQuiet = quiet;
    return paintedLast;
  }

  #step(seconds: number): void {
    if (this.#painting === null) return;
    this.#dots.step(this.#painting.flows, seconds);
    for (const { topic, partitions } of this.#painting.scene.bands) {
      for (const { index, messagesPerSecond } of partitions) {
        const key = `${topic}-${index}`;
        this.#phases.set(
          key,
          (this.#phases.get(key) ?? 0) + tapeSpeed(messagesPerSecond) * seconds,
        );
      }
    }
  }

  /** Sharp on screens with several pixels to one of the page's. */
  #fit({ width, height }: Layout): void {
    const scale = window.devicePixelRatio;
    const canvas = this.#canvas;
    const [pixelsX, pixelsY] = [Math.round(width * scale), Math.round(height * scale)];
    if (canvas.width === pixelsX && canvas.height === pixelsY) return;
    canvas.width = pixelsX;
    canvas.height = pixelsY;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }

  #paint(nowMs: number): void {
    const painting = this.#painting;
    const context = this.#canvas.getContext('2d');
    if (painting === null || context === null) return;
    const { layout, scene, colours } = painting;
    const scale = window.devicePixelRatio;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, layout.width, layout.height);
    paintLanes(context, painting);
    paintEdges(context, painting);
    this.#paintDots(context, painting);
    for (const [index, band] of scene.bands.entries()) {
      const box = layout.bands[index];
      if (box === undefined) continue;
      for (const [at, row] of box.rows.entries()) {
        const partition = band.partitions[at];
        if (band.folded) paintFolded(context, band, row, colours);
        else if (partition !== undefined) {
          const phase = this.#phases.get(`${band.topic}-${partition.index}`) ?? 0;
          paintPartition(context, partition, row, phase, colours);
        }
      }
    }
    paintFlashes(context, painting, nowMs);
  }

  #paintDots(context: CanvasRenderingContext2D, { colours, emphasis }: Painting): void {
    for (const { flow, distance } of this.#dots.all) {
      const { x, y } = pointAt(flow.path, distance);
      const near = Math.min(distance, flow.path.length - distance);
      context.globalAlpha = (isMeant(flow, emphasis) ? 1 : 0.12) * Math.min(1, near / 12);
      context.fillStyle = flow.kind === 'write' ? colours.write : colours.read;
      context.beginPath();
      context.arc(x, y, 2.6, 0, 2 * Math.PI);
      context.fill();
    }
    context.globalAlpha = 1;
  }
}

function isMeant(flow: Flow, emphasis: Emphasis | null): boolean {
  if (emphasis === null) return true;
  if (emphasis.kind === 'topic') return flow.topic === emphasis.name;
  return flow.end === emphasis.name && flow.kind === (emphasis.kind === 'group' ? 'read' : 'write');
}

function paintLanes(context: CanvasRenderingContext2D, { layout, scene, colours }: Painting): void {
  for (const lane of layout.lanes) {
    const broker = scene.brokers.find(({ nodeId }) => nodeId === lane.nodeId);
    const down = broker !== undefined && broker.state !== 'up' && broker.state !== 'stopping';
    context.fillStyle = down ? colours.laneDown : colours.lane;
    context.beginPath();
    context.roundRect(lane.x, lane.y, lane.width, lane.height, 8);
    context.fill();
  }
}

function paintEdges(context: CanvasRenderingContext2D, painting: Painting): void {
  const { layout, flows, colours, emphasis } = painting;
  context.strokeStyle = colours.edge;
  context.lineJoin = 'round';
  for (const flow of flows) {
    const meant = isMeant(flow, emphasis);
    const strong = emphasis !== null && meant;
    context.lineWidth = strong ? 1.6 : 1;
    context.globalAlpha = meant ? (strong ? 1 : 0.75) : 0.15;
    if (strong) context.strokeStyle = flow.kind === 'write' ? colours.write : colours.read;
    else context.strokeStyle = colours.edge;
    context.setLineDash(flow.messagesPerSecond > 0 ? [] : [2, 3]);
    context.beginPath();
    for (const { x, y } of flow.path.points) context.lineTo(x, y);
    context.stroke();
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
  if (layout.wide) paintPorts(context, painting);
  paintSources(context, painting);
}

/** Where flows come into a topic and go out of it. */
function paintPorts(context: CanvasRenderingContext2D, { layout, flows, colours }: Painting): void {
  const ports = new Set(flows.map(({ kind, topic }) => `${kind} ${topic}`));
  context.fillStyle = colours.edge;
  for (const band of layout.bands) {
    const [left, right] = [band.x + sizes.rail / 2, band.x + band.width - sizes.rail / 2];
    const xs = [
      ...(ports.has(`write ${band.topic}`) ? [left] : []),
      ...(ports.has(`read ${band.topic}`) ? [right] : []),
    ];
    for (const x of xs) {
      context.beginPath();
      context.arc(x, portOf(band), 2.2, 0, 2 * Math.PI);
      context.fill();
    }
  }
}

/** From a topic to the filtered topics that are made of it: a bracket at the left. */
function paintSources(
  context: CanvasRenderingContext2D,
  { scene, layout, colours }: Painting,
): void {
  const boxes = new Map(layout.bands.map((box) => [box.topic, box]));
  context.strokeStyle = colours.read;
  context.fillStyle = colours.read;
  context.lineWidth = 1.2;
  for (const { topic, sourceTopic } of scene.bands) {
    const [source, filtered] = [boxes.get(sourceTopic ?? ''), boxes.get(topic)];
    if (source === undefined || filtered === undefined) continue;
    const [fromY, toY] = [portOf(source), portOf(filtered)];
    const right = source.x + sizes.rail / 2;
    const left = right - sizes.sourceReach;
    context.setLineDash([3, 3]);
    context.beginPath();
    context.moveTo(right, fromY);
    context.bezierCurveTo(left, fromY, left, toY, right + 4, toY);
    context.stroke();
    context.setLineDash([]);
    context.beginPath();
    context.moveTo(right + 8, toY);
    context.lineTo(right + 2, toY - 3.5);
    context.lineTo(right + 2, toY + 3.5);
    context.fill();
  }
}

/** A ring that opens around a leader that is new. */
function paintFlashes(
  context: CanvasRenderingContext2D,
  { scene, layout, colours, flashes }: Painting,
  nowMs: number,
): void {
  for (const { topic, partition, untilMs } of flashes) {
    const left = untilMs - nowMs;
    if (left <= 0) continue;
    const at = scene.bands.findIndex((band) => band.topic === topic);
    const band = scene.bands[at];
    const line =
      band?.folded === true ? 0 : band?.partitions.findIndex((one) => one.index === partition);
    const row = line === undefined ? undefined : layout.bands[at]?.rows[line];
    const leader = band?.partitions.find((one) => one.index === partition)?.leader ?? -1;
    const cell = row === undefined ? undefined : cellOf(row, leader);
    if (cell === undefined) continue;
    const opened = 2 + 5 * (((flashMs - left) / 1000) % 1);
    context.globalAlpha = Math.min(1, left / 1000) * (1 - (opened - 2) / 7);
    context.strokeStyle = colours.leader;
    context.lineWidth = 2;
    context.beginPath();
    context.roundRect(
      cell.x - opened,
      cell.y - opened,
      cell.width + 2 * opened,
      cell.height + 2 * opened,
      4 + opened,
    );
    context.stroke();
  }
  context.globalAlpha = 1;
}
