import { type Reading, sensors } from './building.ts';
import { isHot } from './listeners.ts';

const sensorsInRow = 10;

/** The ceiling of a block: what each sensor said last, hot ones marked. */
export function drawBlock(block: string, heard: readonly Reading[]): string {
  const last = new Map(heard.map((reading) => [reading.sensor, reading]));
  const cells = sensors
    .filter((sensor) => sensor.block === block)
    .map(({ name }) => cellOf(last.get(name)));
  const edge = '─'.repeat(sensorsInRow * 6);
  const rows = [];
  for (let at = 0; at < cells.length; at += sensorsInRow) {
    rows.push(`   │${cells.slice(at, at + sensorsInRow).join('')}│`);
  }
  return [`   ┌${edge}┐`, ...rows, `   └${edge}┘`].join('\n');
}

function cellOf(reading: Reading | undefined): string {
  if (reading === undefined) return '   ?  ';
  if (reading.percent !== undefined) return `${reading.percent}% `.padStart(6);
  const sign = isHot(reading) ? '▲' : ' ';
  return `${sign}${reading.celsius}° `.padStart(6);
}
