import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { type ConsoleLoggerOptions, createConsoleLogger } from '../../src/cli/console-logger.ts';
import type { Logger } from '../../src/util/logger.ts';

function recordingLogger(options: ConsoleLoggerOptions): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const clock = { nowMs: () => Date.UTC(2026, 0, 31, 12), monotonicMs: () => 0 };
  const logger = createConsoleLogger(options, { clock, write: (line) => lines.push(line) });
  return { logger, lines };
}

test('a text line has the time, the level, the event and its fields', () => {
  const { logger, lines } = recordingLogger({ format: 'text', level: 'info' });
  logger.info('broker started', { host: '127.0.0.1', port: 9092, dataDir: '/tmp/with space' });
  deepStrictEqual(lines, [
    '2026-01-31T12:00:00.000Z INFO  broker started host=127.0.0.1 port=9092 dataDir="/tmp/with space"\n',
  ]);
});

test('an event stays one line whatever is in it', () => {
  for (const format of ['text', 'json'] as const) {
    const { logger, lines } = recordingLogger({ format, level: 'debug' });
    logger.error('it broke\nbadly', { reason: 'line one\nline two\r\n' });
    strictEqual(lines.length, 1);
    strictEqual(lines[0]?.indexOf('\n'), (lines[0]?.length ?? 0) - 1);
  }
});

test('events below the level are dropped', () => {
  const { logger, lines } = recordingLogger({ format: 'text', level: 'warn' });
  logger.debug('a');
  logger.info('b');
  logger.warn('c');
  logger.error('d');
  strictEqual(lines.length, 2);
});

test('a JSON line parses, and no field hides the time, the level or the event', () => {
  const { logger, lines } = recordingLogger({ format: 'json', level: 'info' });
  logger.warn('odd', { level: 'mine', count: 3, absent: undefined, nothing: null });
  deepStrictEqual(JSON.parse(lines[0] ?? ''), {
    time: '2026-01-31T12:00:00.000Z',
    level: 'warn',
    event: 'odd',
    level_: 'mine',
    count: 3,
    nothing: null,
  });
});

test('text fields that are undefined are left out', () => {
  const { logger, lines } = recordingLogger({ format: 'text', level: 'info' });
  logger.info('x', { a: undefined, b: '' });
  strictEqual(lines[0]?.trimEnd().endsWith('INFO  x b=""'), true);
});
