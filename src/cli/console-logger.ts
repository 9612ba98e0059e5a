import type { Clock } from '../runtime/runtime.ts';
import type { LogFields, Logger } from '../util/logger.ts';

/** From the most talkative up; each contains those after it. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
/** How grave an event is. */
export type LogLevel = (typeof logLevels)[number];

/** For people, or for machines. */
export const logFormats = ['text', 'json'] as const;
/** One of `logFormats`. */
export type LogFormat = (typeof logFormats)[number];

/** What is logged, and how. */
export interface ConsoleLoggerOptions {
  readonly format: LogFormat;
  /** Events below this level are dropped. */
  readonly level: LogLevel;
  /** Whether text lines may be coloured. */
  readonly color?: boolean;
}

/** What the logger needs of the world. */
export interface ConsoleLoggerModules {
  readonly clock: Clock;
  /** Writes one line, whose line break is included. */
  readonly write: (line: string) => void;
}

/**
 * A logger for people and for machines, one line an event whatever the event contains.
 *
 * As text: `2026-01-31T12:00:00.000Z INFO  broker started host=127.0.0.1 port=9092`. Values with spaces,
 * quotes or line breaks are written as JSON strings. As JSON: `time`, `level` and `event`, then the fields;
 * a field of one of these three names gets an underscore behind it.
 */
export function createConsoleLogger(
  options: ConsoleLoggerOptions,
  modules: ConsoleLoggerModules,
): Logger {
  const lowest = logLevels.indexOf(options.level);
  const format = options.format === 'json' ? formatJson : formatText;
  const at =
    (level: LogLevel) =>
    (event: string, fields: LogFields = {}): void => {
      if (logLevels.indexOf(level) < lowest) return;
      const time = new Date(modules.clock.nowMs()).toISOString();
      modules.write(`${format(time, level, event, fields, options.color === true)}\n`);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function formatJson(time: string, level: LogLevel, event: string, fields: LogFields): string {
  const line: Record<string, unknown> = { time, level, event };
  for (const [name, value] of Object.entries(fields)) {
    line[name in line ? `${name}_` : name] = value;
  }
  return JSON.stringify(line);
}

function formatText(
  time: string,
  level: LogLevel,
  event: string,
  fields: LogFields,
  color: boolean,
): string {
  const shown = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${fieldText(value)}`)
    .join('');
  return `${time} ${levelText(level, color)} ${oneLine(event)}${shown}`;
}

const levelColors: Readonly<Record<LogLevel, number>> = {
  debug: 90,
  info: 36,
  warn: 33,
  error: 31,
};

function levelText(level: LogLevel, color: boolean): string {
  const text = level.toUpperCase().padEnd(5);
  return color ? `\u001b[${levelColors[level]}m${text}\u001b[0m` : text;
}

function fieldText(value: LogFields[string]): string {
  const text = String(value);
  return typeof value === 'string' && !/^[^\s"=\\\p{Cc}]+$/u.test(text)
    ? JSON.stringify(text)
    : text;
}

/** An event may carry the words of a client or of the system: a line break in them starts no new line. */
function oneLine(event: string): string {
  return event.replace(/[\r\n]+/g, ' ');
}
