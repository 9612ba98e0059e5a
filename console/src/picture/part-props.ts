import type { Layout } from './boxes.ts';
import type { Emphasis } from './painter.ts';
import type { Scene } from './scene.ts';

/** What the parts of the picture are given. */
export interface PartProps {
  readonly scene: Scene;
  readonly layout: Layout;
  readonly onEmphasis: (emphasis: Emphasis | null) => void;
}
