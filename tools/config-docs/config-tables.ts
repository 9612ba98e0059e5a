import type { ConfigEffect, ConfigKey } from '../../src/config/config-key.ts';
import { configSections } from '../../src/config/config-table.ts';
import { topicSynonyms } from '../../src/config/topic-synonyms.ts';

const begin =
  '<!-- The rest is written by tools/config-docs.ts from the table of keys in src/config/keys. -->';

/** `page` with the tables of all keys behind the mark that says where they are. */
export function withConfigTables(page: string): string {
  const at = page.indexOf(begin);
  const prose = at === -1 ? `${page.trimEnd()}\n\n` : page.slice(0, at);
  return `${prose}${begin}\n\n${configTables()}`;
}

const effects: Readonly<Record<ConfigEffect, string>> = {
  acts: 'acts',
  later: 'later',
  ignored: '–',
};

function configTables(): string {
  const head = ['key', 'type', 'default', 'values', 'at run time', 'here', ''];
  const sections = configSections.map(({ title, keys }) => {
    const rows = keys.map((key) => [
      `\`${key.name}\``,
      key.type.toLowerCase(),
      defaultOf(key),
      escaped(key.boundsText),
      key.update === 'read-only' ? '' : key.update,
      effects[key.effect],
      documentationOf(key),
    ]);
    return `## ${title}\n\n${table(head, rows)}\n`;
  });
  return sections.join('\n');
}

/** A table whose columns stand below each other, as the formatter has it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) =>
    Math.max(3, cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[], filler: string): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, filler)).join(' | ')} |`;
  const rule = line(
    Array.from(head, () => ''),
    '-',
  );
  return [line(head, ' '), rule, ...rows.map((row) => line(row, ' '))].join('\n');
}

function defaultOf({ defaultValue }: ConfigKey): string {
  if (defaultValue === null) return '';
  return defaultValue === '' ? 'empty' : `\`${defaultValue}\``;
}

/** Names and values in quotes are code on the page. */
function documentationOf({ documentation, scope, name }: ConfigKey): string {
  const text = documentation.replace(/(^|[\s(])'([^'\s]+)'/g, '$1`$2`');
  const synonyms = scope === 'topic' ? (topicSynonyms.get(name) ?? []) : [];
  if (synonyms.length === 0) return escaped(text);
  const behind = synonyms.map(({ brokerKey }) => `\`${brokerKey}\``).join(', ');
  return `${escaped(text)} For all topics: ${behind}.`;
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|');
}
