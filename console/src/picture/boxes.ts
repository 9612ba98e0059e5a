/** What a picture that is laid out consists of. Pure. */

/** A rectangle, in pixels from the top left corner of the picture. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A replica's log, or those of a folded topic on one broker. */
export interface CellBox extends Box {
  /** -1: the brokers that have no lane of their own. */
  readonly nodeId: number;
}

/** A partition's line, or the one line of a folded topic (-1). */
export interface RowBox extends Box {
  readonly partition: number;
  readonly cells: readonly CellBox[];
}

/** A topic. */
export interface BandBox extends Box {
  readonly topic: string;
  readonly rows: readonly RowBox[];
  /** For the partitions that have no line. */
  readonly more: Box | null;
  readonly why: Box | null;
}

/** A group. */
export interface GroupBox extends Box {
  readonly groupId: string;
  readonly members: readonly (Box & { readonly memberId: string })[];
  readonly more: Box | null;
  readonly why: Box | null;
}

/** Where everything stands. */
export interface Layout {
  readonly wide: boolean;
  readonly width: number;
  readonly height: number;
  /** Above producers and groups: what they are. */
  readonly captions: { readonly producers: Box; readonly groups: Box };
  /** What holds all bands. */
  readonly middle: Box;
  readonly lanes: readonly CellBox[];
  /** The lanes' heads are as wide as they are, and stand on them. */
  readonly headHeight: number;
  readonly producers: readonly (Box & { readonly id: string })[];
  readonly producersMore: Box | null;
  readonly bands: readonly BandBox[];
  readonly topicsMore: Box | null;
  readonly groups: readonly GroupBox[];
  readonly groupsMore: Box | null;
}

/** The lower edge of the lowest of `boxes`. */
export function bottomOf(...boxes: readonly (Box | null | undefined)[]): number {
  return Math.max(0, ...boxes.map((box) => (box ? box.y + box.height : 0)));
}
