import type { Expression, MapEntry } from './ast.ts';
import { digitsValue, readToken } from './lexer.ts';
import type { Token } from './lexer.ts';
import { expandHas, expandMacro } from './macros.ts';
import { NodeMaker } from './node-maker.ts';
import { SyntaxProblem } from './syntax-error.ts';

/** What an expression may come to at the most. Beyond it, it is refused before anything is built of it. */
export interface SyntaxLimits {
  /** UTF-16 units of its text. */
  readonly sourceLengthMax: number;
  /** How deep it nests, as it is written and as it is evaluated. */
  readonly depthMax: number;
  /** Values, names, operators and calls. */
  readonly nodesMax: number;
}

const keywords = new Set(['true', 'false', 'null', 'in']);
const reservedWords = new Set(
  (
    'as break const continue else for function if import let loop package namespace return ' +
    'var void while'
  ).split(' '),
);

const relations = new Set(['<', '<=', '>=', '>', '==', '!=']);
const additions = new Set(['+', '-']);
const multiplications = new Set(['*', '/', '%']);

/** The expression in `source`, with its macros expanded. Throws `SyntaxProblem`. */
export function parse(source: string, limits: SyntaxLimits): Expression {
  if (source.length > limits.sourceLengthMax) {
    throw new SyntaxProblem(
      `it is longer than ${limits.sourceLengthMax} characters`,
      limits.sourceLengthMax,
    );
  }
  return new Parser(source, limits).parse();
}

/**
 * A recursive descent along the grammar of the language definition, with one token of look-ahead. What a chain
 * of operators of one precedence makes is deep without the parser being deep in it: both are bounded.
 */
class Parser {
  readonly #source: string;
  readonly #make: NodeMaker;
  readonly #depthMax: number;
  #token: Token;
  #depth = 0;

  constructor(source: string, limits: SyntaxLimits) {
    this.#source = source;
    this.#make = new NodeMaker(limits);
    this.#depthMax = limits.depthMax;
    this.#token = readToken(source, 0);
  }

  parse(): Expression {
    if (this.#isAtEnd()) throw new SyntaxProblem('there is no expression', 0);
    const expression = this.#expression();
    if (!this.#isAtEnd()) throw this.#unexpected('the end');
    return expression;
  }

  #expression(): Expression {
    const { at } = this.#token;
    if (++this.#depth > this.#depthMax) {
      throw new SyntaxProblem(`it nests deeper than ${this.#depthMax} levels`, at);
    }
    const condition = this.#logic('||');
    const questionAt = this.#token.at;
    if (!this.#accept('?')) {
      this.#depth--;
      return condition;
    }
    const yes = this.#logic('||');
    this.#expect(':');
    const no = this.#expression();
    this.#depth--;
    return this.#make.node(
      { kind: 'conditional', at: questionAt, condition, yes, no },
      condition,
      yes,
      no,
    );
  }

  #logic(operator: '&&' | '||'): Expression {
    const next = () => (operator === '||' ? this.#logic('&&') : this.#relation());
    const first = next();
    const { at } = this.#token;
    if (!this.#accept(operator)) return first;
    const operands = [first, next()];
    while (this.#accept(operator)) operands.push(next());
    return this.#make.node({ kind: 'logic', at, operator, operands }, ...operands);
  }

  #relation(): Expression {
    let left = this.#addition();
    for (;;) {
      const { at } = this.#token;
      const operator = this.#acceptOneOf(relations) ?? (this.#acceptWord('in') ? 'in' : undefined);
      if (operator === undefined) return left;
      left = this.#binary(at, operator, left, this.#addition());
    }
  }

  #addition(): Expression {
    let left = this.#multiplication();
    for (;;) {
      const { at } = this.#token;
      const operator = this.#acceptOneOf(additions);
      if (operator === undefined) return left;
      left = this.#binary(at, operator, left, this.#multiplication());
    }
  }

  #multiplication(): Expression {
    let left = this.#unary();
    for (;;) {
      const { at } = this.#token;
      const operator = this.#acceptOneOf(multiplications);
      if (operator === undefined) return left;
      left = this.#binary(at, operator, left, this.#unary());
    }
  }

  #binary(at: number, operator: string, left: Expression, right: Expression): Expression {
    const name = operator === 'in' ? '@in' : `_${operator}_`;
    return this.#make.node({ kind: 'call', at, name, args: [left, right] }, left, right);
  }

  #unary(): Expression {
    const { at } = this.#token;
    if (this.#accept('!')) return this.#repeated('!', at);
    if (!this.#accept('-')) return this.#member(this.#primary());
    const digits = this.#token;
    if (digits.kind === 'digits') {
      this.#advance();
      const value = digitsValue(digits, true);
      return this.#member(this.#make.node({ kind: 'literal', at, value }));
    }
    return this.#repeated('-', at);
  }

  /** `!!!x`: of a row of them only whether it is odd matters, but that `x` fits them all has to be seen. */
  #repeated(operator: '!' | '-', at: number): Expression {
    let count = 1;
    while (this.#token.kind === 'sign' && this.#token.text === operator) {
      this.#advance();
      count++;
    }
    let operand = this.#member(this.#primary());
    const name = `${operator}_`;
    for (let i = count % 2 === 0 ? 2 : 1; i > 0; i--) {
      operand = this.#make.node({ kind: 'call', at, name, args: [operand] }, operand);
    }
    return operand;
  }

  /** What stands behind a value: fields, methods and indices. */
  #member(primary: Expression): Expression {
    let operand = primary;
    for (;;) {
      const { at } = this.#token;
      if (this.#accept('.')) operand = this.#selection(operand);
      else if (this.#accept('[')) {
        const index = this.#expression();
        this.#expect(']');
        const args = [operand, index];
        operand = this.#make.node({ kind: 'call', at, name: '_[_]', args }, ...args);
      } else if (this.#token.kind === 'sign' && this.#token.text === '{') {
        throw new SyntaxProblem('there are no messages to build, only maps and lists', at);
      } else return operand;
    }
  }

  #selection(operand: Expression): Expression {
    const token = this.#token;
    const field = this.#selector();
    if (token.kind === 'quoted' || !this.#accept('(')) {
      return this.#make.node({ kind: 'select', at: token.at, operand, field }, operand);
    }
    const args = this.#arguments(')');
    const macro = expandMacro(token.at, field, operand, args, this.#make);
    if (macro !== undefined) return macro;
    return this.#make.node(
      { kind: 'call', at: token.at, name: field, target: operand, args },
      operand,
      ...args,
    );
  }

  #selector(): string {
    const token = this.#token;
    const isField = token.kind === 'quoted' || (token.kind === 'word' && !keywords.has(token.text));
    if (!isField) throw this.#unexpected('a field');
    this.#advance();
    return token.text;
  }

  #primary(): Expression {
    const token = this.#token;
    switch (token.kind) {
      case 'word':
        return this.#word(token.text, token.at, false);
      case 'literal':
        this.#advance();
        return this.#make.node({ kind: 'literal', at: token.at, value: token.value });
      case 'digits':
        this.#advance();
        return this.#make.node({
          kind: 'literal',
          at: token.at,
          value: digitsValue(token, false),
        });
      case 'sign':
        return this.#bracketed(token.at);
      case 'quoted':
      case 'end':
        throw this.#unexpected('a value');
    }
  }

  #bracketed(at: number): Expression {
    if (this.#accept('(')) {
      const inner = this.#expression();
      this.#expect(')');
      return inner;
    }
    if (this.#accept('[')) {
      const elements = this.#arguments(']');
      return this.#make.node({ kind: 'list', at, elements }, ...elements);
    }
    if (this.#accept('{')) return this.#mapLiteral(at);
    if (this.#accept('.')) {
      const token = this.#token;
      if (token.kind === 'word') return this.#word(token.text, token.at, true);
      throw this.#unexpected('a name');
    }
    throw this.#unexpected('a value');
  }

  #word(text: string, at: number, isRooted: boolean): Expression {
    if (text === 'in' || reservedWords.has(text)) {
      throw new SyntaxProblem(`${text} is a reserved word`, at);
    }
    this.#advance();
    if (!isRooted && keywords.has(text)) {
      const value = text === 'null' ? null : text === 'true';
      return this.#make.node({ kind: 'literal', at, value });
    }
    if (!this.#accept('(')) return this.#make.node({ kind: 'name', at, name: text, isRooted });
    const args = this.#arguments(')');
    if (text === 'has') return expandHas(at, args, this.#make);
    return this.#make.node({ kind: 'call', at, name: text, args }, ...args);
  }

  /** Expressions up to the bracket that closes them. Behind the last of a list may stand a comma. */
  #arguments(closing: ')' | ']'): Expression[] {
    const found: Expression[] = [];
    if (this.#accept(closing)) return found;
    for (;;) {
      found.push(this.#expression());
      if (this.#accept(closing)) return found;
      if (!this.#accept(',')) throw this.#unexpected(`, or ${closing}`);
      if (closing === ']' && this.#accept(closing)) return found;
    }
  }

  #mapLiteral(at: number): Expression {
    const entries: MapEntry[] = [];
    const children: Expression[] = [];
    while (!this.#accept('}')) {
      const key = this.#expression();
      this.#expect(':');
      const value = this.#expression();
      entries.push({ key, value });
      children.push(key, value);
      if (this.#accept('}')) break;
      if (!this.#accept(',')) throw this.#unexpected(', or }');
    }
    return this.#make.node({ kind: 'map', at, entries }, ...children);
  }

  #isAtEnd(): boolean {
    return this.#token.kind === 'end';
  }

  #advance(): void {
    this.#token = readToken(this.#source, this.#token.end);
  }

  #accept(text: string): boolean {
    if (this.#token.kind !== 'sign' || this.#token.text !== text) return false;
    this.#advance();
    return true;
  }

  #acceptWord(text: string): boolean {
    if (this.#token.kind !== 'word' || this.#token.text !== text) return false;
    this.#advance();
    return true;
  }

  #acceptOneOf(texts: ReadonlySet<string>): string | undefined {
    const token = this.#token;
    if (token.kind !== 'sign' || !texts.has(token.text)) return undefined;
    this.#advance();
    return token.text;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) throw this.#unexpected(text);
  }

  #unexpected(expected: string): SyntaxProblem {
    const { kind, at, end } = this.#token;
    const found = kind === 'end' ? 'the end' : this.#source.slice(at, Math.min(end, at + 30));
    return new SyntaxProblem(`${found} stands where ${expected} is expected`, at);
  }
}
