import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatJavaProperties, parseJavaProperties } from '../../src/util/java-properties.ts';

describe('Java properties', () => {
  it('comments, separators, escapes and continued lines read as in Java', () => {
    const text = [
      '# comment',
      '   ! another',
      'plain=value',
      'colon : spaced ',
      'blank value',
      'empty',
      'escaped\\=key=a\\:b\\\\c',
      'unicode=\\u00e9\\t.',
      'continued=one, \\',
      '    two\\\\',
      'twice=1',
      'twice=2\r',
    ].join('\n');
    assert.deepEqual(
      [...parseJavaProperties(text)],
      [
        ['plain', 'value'],
        ['colon', 'spaced '],
        ['blank', 'value'],
        ['empty', ''],
        ['escaped=key', 'a:b\\c'],
        ['unicode', 'é\t.'],
        ['continued', 'one, two\\'],
        ['twice', '2'],
      ],
    );
  });

  it('what is written reads back', () => {
    const entries = [
      ['cluster.id', 'a=b:c #d!'],
      ['path', 'C:\\data'],
    ] as const;
    assert.deepEqual([...parseJavaProperties(formatJavaProperties(entries))], entries);
  });
});
