// Nothing but these is taken by every shell as it stands, wherever in a word it is.
const plainWord = /^[\w@%+:,./-][\w@%+=:,./-]*$/;
// Control characters would be keys when pasted into a terminal; format characters can turn round what one reads.
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/**
 * `text` as one word of a command line. What has characters that a terminal would act on, or that nobody sees, is in
 * bash's, zsh's and ksh's `$'…'`; everything else in plain quotes, which every POSIX shell takes. Kafka allows neither
 * topics nor groups a NUL, and no argument can hold one, so that it is left out.
 */
export function shellQuote(text: string): string {
  const shown = text.replaceAll('\0', '');
  if (plainWord.test(shown)) return shown;
  if (!unseen.test(shown)) return `'${shown.replaceAll("'", String.raw`'\''`)}'`;
  let quoted = '';
  for (const character of shown) quoted += escaped(character);
  return `$'${quoted}'`;
}

/** The words as one line, each quoted where it must be. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellQuote).join(' ');
}

function escaped(character: string): string {
  if (character === '\n') return String.raw`\n`;
  if (character === '\t') return String.raw`\t`;
  if (character === "'" || character === '\\') return `\\${character}`;
  if (!unseen.test(character)) return character;
  // As the bytes of its UTF-8, two digits each, which is all that a shell takes; \u depends on its locale.
  return Array.from(new TextEncoder().encode(character), hexEscape).join('');
}

function hexEscape(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
