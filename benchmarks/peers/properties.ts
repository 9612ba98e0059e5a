import { writeFileSync } from 'node:fs';

/** Writes a properties file, which Odradek and Apache Kafka both read, and answers its path. */
export function writeProperties(
  path: string,
  settings: Readonly<Record<string, string | number>>,
): string {
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
  writeFileSync(path, lines.join(''));
  return path;
}
