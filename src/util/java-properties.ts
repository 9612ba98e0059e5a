const escapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

/**
 * Reads a Java properties file: comments, `=` or `:` or blanks behind the key, escapes, lines that go on
 * behind a backslash. The last of several values of a key counts.
 */
export function parseJavaProperties(text: string): Map<string, string> {
  const properties = new Map<string, string>();
  for (const line of logicalLines(text)) {
    const end = keyEnd(line);
    const separator = /^[ \t\f]*[=:]?[ \t\f]*/.exec(line.slice(end))?.[0].length ?? 0;
    properties.set(unescaped(line.slice(0, end)), unescaped(line.slice(end + separator)));
  }
  return properties;
}

/** Lines without comments and leading blanks; those that end in an odd number of backslashes are joined. */
function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let open: string | undefined;
  for (const natural of text.split(/\r\n|\n|\r/)) {
    const trimmed = natural.replace(/^[ \t\f]+/, '');
    if (open === undefined && (trimmed === '' || /^[#!]/.test(trimmed))) continue;
    const line = (open ?? '') + trimmed;
    const continues = (/\\*$/.exec(line)?.[0].length ?? 0) % 2 === 1;
    open = continues ? line.slice(0, -1) : undefined;
    if (!continues) lines.push(line);
  }
  if (open !== undefined) lines.push(open);
  return lines;
}

function keyEnd(line: string): number {
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at] as string;
    if (character === '\\') at += 1;
    else if ('=: \t\f'.includes(character)) return at;
  }
  return line.length;
}

function unescaped(text: string): string {
  return text.replace(
    /\\(?:u([0-9a-fA-F]{4})|(.))/g,
    (_, code: string | undefined, character: string) =>
      code === undefined
        ? (escapes[character] ?? character)
        : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/** The text of a Java properties file. Keys and values are printable ASCII without leading blanks. */
export function formatJavaProperties(properties: readonly (readonly [string, string])[]): string {
  return properties.map(([key, value]) => `${escaped(key)}=${escaped(value)}\n`).join('');
}

function escaped(text: string): string {
  return text.replace(/[\\=:#! ]/g, '\\$&');
}
