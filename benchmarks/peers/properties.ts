import { writeFileSync } from 'node:fs';

/** Writes a properties file, and answers its path. */
export function properties(
  path: string,
  settings: Readonly<Record<string, string | number>>,
): string {
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
  writeFileSync(path, lines.join(''));
  return path;
}
