import { canonicalValue } from '../config/describe-config.ts';
import { topicConfigKeys } from '../config/config-table.ts';

/** Of one value, in bytes of UTF-8, as Apache has it. */
const configValueBytesMax = 32_767;
/** Of all values of one resource, so that they fit a commit of the store. */
const configBytesMax = 512 * 1024;

const encoder = new TextEncoder();

/** Why values are too large to be kept; undefined where they are not. */
export function valueSizeProblem(values: ReadonlyMap<string, string>): string | undefined {
  let total = 0;
  for (const [name, value] of values) {
    const bytes = encoder.encode(value).length;
    if (bytes > configValueBytesMax) {
      return `The configuration value cannot be added because it exceeds the maximum value size of ${configValueBytesMax} bytes.`;
    }
    total += bytes + encoder.encode(name).length;
  }
  if (total <= configBytesMax) return undefined;
  return `The configuration cannot be changed because all of it together exceeds the maximum size of ${configBytesMax} bytes.`;
}

/** A topic's valid configs in the form in which they are kept, by the order of their keys. */
export function canonicalTopicConfig(
  configs: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const canonical = new Map<string, string>();
  for (const [name, value] of [...configs].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const key = topicConfigKeys.get(name);
    canonical.set(name, key === undefined ? value : canonicalValue(key, value));
  }
  return canonical;
}
