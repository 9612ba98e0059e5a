import { readFileSync } from 'node:fs';
import type { Exchange } from './conversation.ts';
import type { Json } from './normalise.ts';

/** What Apache's broker answered to each scenario, by its name. */
export function readRecording(): ReadonlyMap<string, readonly Exchange[]> {
  const text = readFileSync(new URL('../../golden/apache-answers.jsonl', import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(
    lines.map((line) => {
      const { scenario, exchanges } = JSON.parse(line) as {
        scenario: string;
        exchanges: Exchange[];
      };
      return [scenario, exchanges];
    }),
  );
}

/** A place in the answers to a scenario where two brokers differ. */
export interface Difference {
  readonly scenario: string;
  /** `2 Produce v9 .responses[0].partitionResponses[0].errorMessage`: the second answer, of Produce. */
  readonly place: string;
  /** `undefined` where one has nothing there. */
  readonly apache: Json | undefined;
  readonly odradek: Json | undefined;
}

/** Where the answers to a scenario differ. */
export function differencesOf(
  scenario: string,
  apache: readonly Exchange[],
  odradek: readonly Exchange[],
): Difference[] {
  const found: Difference[] = [];
  for (let i = 0; i < Math.max(apache.length, odradek.length); i++) {
    const asked = apache[i]?.asked ?? odradek[i]?.asked;
    const walk = (place: string, ours: Json | undefined, theirs: Json | undefined): void => {
      if (isStruct(ours) && isStruct(theirs)) {
        for (const name of new Set([...Object.keys(theirs), ...Object.keys(ours)])) {
          walk(`${place}.${name}`, ours[name], theirs[name]);
        }
      } else if (Array.isArray(ours) && Array.isArray(theirs) && ours.length === theirs.length) {
        ours.forEach((one, at) => walk(`${place}[${at}]`, one, theirs[at]));
      } else if (JSON.stringify(ours) !== JSON.stringify(theirs)) {
        found.push({ scenario, place, apache: theirs, odradek: ours });
      }
    };
    walk(`${i + 1} ${asked} `, odradek[i]?.answer, apache[i]?.answer);
  }
  return found;
}

function isStruct(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
