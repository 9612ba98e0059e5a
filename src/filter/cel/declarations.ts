import { readParts, readType } from './type-text.ts';
import { dynType } from './types.ts';
import type { Type } from './types.ts';

/**
 * What there is to call, by its name in CEL: `target.name(…)` is a method. A capital letter is any type, the
 * same wherever it stands in one line.
 */
const signatures = `
_==_(A, A) bool
_!=_(A, A) bool
!_(bool) bool
-_(int) int
-_(double) double
_+_(int, int) int
_+_(uint, uint) uint
_+_(double, double) double
_+_(string, string) string
_+_(bytes, bytes) bytes
_+_(list(A), list(A)) list(A)
_+_(timestamp, duration) timestamp
_+_(duration, timestamp) timestamp
_+_(duration, duration) duration
_-_(int, int) int
_-_(uint, uint) uint
_-_(double, double) double
_-_(timestamp, timestamp) duration
_-_(timestamp, duration) timestamp
_-_(duration, duration) duration
_*_(int, int) int
_*_(uint, uint) uint
_*_(double, double) double
_/_(int, int) int
_/_(uint, uint) uint
_/_(double, double) double
_%_(int, int) int
_%_(uint, uint) uint
@in(A, list(A)) bool
@in(A, map(A, B)) bool
_[_](list(A), int) A
_[_](map(A, B), A) B
size(string) int
size(bytes) int
size(list(A)) int
size(map(A, B)) int
string.size() int
bytes.size() int
list(A).size() int
map(A, B).size() int
string.contains(string) bool
string.endsWith(string) bool
string.startsWith(string) bool
matches(string, string) bool
string.matches(string) bool
bool(bool) bool
bool(string) bool
bytes(bytes) bytes
bytes(string) bytes
double(double) double
double(int) double
double(uint) double
double(string) double
duration(duration) duration
duration(string) duration
dyn(A) dyn
int(int) int
int(uint) int
int(double) int
int(string) int
int(timestamp) int
string(string) string
string(bool) string
string(int) string
string(uint) string
string(double) string
string(bytes) string
string(timestamp) string
string(duration) string
timestamp(timestamp) timestamp
timestamp(string) timestamp
timestamp(int) timestamp
type(A) type(A)
uint(uint) uint
uint(int) uint
uint(double) uint
uint(string) uint
timestamp.getDate() int
timestamp.getDate(string) int
timestamp.getDayOfMonth() int
timestamp.getDayOfMonth(string) int
timestamp.getDayOfWeek() int
timestamp.getDayOfWeek(string) int
timestamp.getDayOfYear() int
timestamp.getDayOfYear(string) int
timestamp.getFullYear() int
timestamp.getFullYear(string) int
timestamp.getHours() int
timestamp.getHours(string) int
timestamp.getMilliseconds() int
timestamp.getMilliseconds(string) int
timestamp.getMinutes() int
timestamp.getMinutes(string) int
timestamp.getMonth() int
timestamp.getMonth(string) int
timestamp.getSeconds() int
timestamp.getSeconds(string) int
duration.getHours() int
duration.getMilliseconds() int
duration.getMinutes() int
duration.getSeconds() int
`;

const orders = ['_<_', '_<=_', '_>_', '_>=_'];
const orderedTypes = 'bool int uint double string bytes timestamp duration'.split(' ');

/** One way to call something: of a method, the first parameter is what it is called on. */
export interface Overload {
  readonly isMethod: boolean;
  readonly parameters: readonly Type[];
  readonly result: Type;
}

/** An overload that is the same for every call, or the text of one with letters, which is read anew for each. */
type Declared = Overload | string;

let declared: ReadonlyMap<string, readonly Declared[]> | undefined;

/** The names of all that can be called. */
export function functionNames(): ReadonlySet<string> {
  return new Set(declarations().keys());
}

/** The overloads of `name`, whose capital letters `parameterOf` makes into types, anew for each of them. */
export function overloadsOf(
  name: string,
  parameterOf: () => (letter: string) => Type,
): readonly Overload[] {
  return (declarations().get(name) ?? []).map((one) =>
    typeof one === 'string' ? readOverload(one, parameterOf()) : one,
  );
}

function declarations(): ReadonlyMap<string, readonly Declared[]> {
  declared ??= new Map(
    [...textsByName()].map(([name, texts]) => [
      name,
      texts.map((text) => (/\b[A-Z]\b/.test(text) ? text : readOverload(text, () => dynType))),
    ]),
  );
  return declared;
}

function textsByName(): ReadonlyMap<string, readonly string[]> {
  return Map.groupBy(
    [
      ...signatures.trim().split('\n'),
      ...orders.flatMap((name) => orderedTypes.map((type) => `${name}(${type}, ${type}) bool`)),
    ],
    (text) => nameIn(text),
  );
}

/** A name, behind the type that it is called on where it is a method. */
const headPattern = /^(?:(?<target>[a-z]+(?:\([A-Z, ]*\))?)\.)?(?<name>[^()]+)\(/;

function nameIn(text: string): string {
  return headPattern.exec(text)?.groups?.['name'] ?? text;
}

function readOverload(text: string, parameter: (letter: string) => Type): Overload {
  const head = headPattern.exec(text);
  const target = head?.groups?.['target'];
  const position = { at: (head?.[0].length ?? 1) - 1 };
  const parameters = readParts(text, parameter, position);
  return {
    isMethod: target !== undefined,
    parameters: target === undefined ? parameters : [readType(target, parameter), ...parameters],
    result: readType(text.slice(position.at + 1), parameter),
  };
}
