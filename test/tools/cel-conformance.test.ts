import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeftOut, convertTest, messagesIn, textIn } from '../../tools/cel-conformance/convert.ts';
import { readTextproto } from '../../tools/cel-conformance/textproto.ts';

function converted(text: string) {
  return convertTest('some', readTextproto(text));
}

test('text of protobuf is read with its comments, lists, nested messages and escapes', () => {
  const message = readTextproto(`
    # a comment
    name: "a" 'b\\303\\277\\n'  list: [{ x: 1 }, { x: 2 }];
    nested < deep { word: YES } >
  `);
  assert.equal(textIn(message, 'name'), 'abÿ\n');
  assert.deepEqual(
    messagesIn(message, 'list').map((one) => textIn(one, 'x')),
    ['1', '2'],
  );
  assert.equal(textIn(messagesIn(messagesIn(message, 'nested')[0] ?? new Map(), 'deep')[0] ?? new Map(), 'word'), 'YES'); // prettier-ignore
  assert.throws(() => readTextproto('name "without a colon"'), /line 1: a message is expected/);
});

test('a case of cel-spec becomes one of ours', () => {
  assert.deepEqual(
    converted(`
      name: "one" expr: "x + 1"
      type_env { name: "x" ident { type { list_type { elem_type { primitive: INT64 } } } } }
      bindings { key: "x" value { value { map_value { entries {
        key { uint64_value: 1 } value { bytes_value: "\\377" } } } } } }
      typed_result { result { double_value: -inf } deduced_type { null: 0 } }`),
    {
      section: 'some',
      name: 'one',
      expression: 'x + 1',
      variables: { x: { type: 'list(int)', value: { map: [[{ uint: '1' }, { bytes: 'ff' }]] } } },
      value: { double: '-inf' },
      type: 'null',
    },
  );
  assert.deepEqual(converted('name: "e" expr: "1/0" disable_check: true eval_error {}'), {
    section: 'some',
    name: 'e',
    expression: '1/0',
    isUnchecked: true,
  });
});

test('a case about what filters do not have is left out, with the reason', () => {
  for (const [text, reason] of [
    ['expr: "TestAllTypes{}"', 'messages and enums'],
    ['expr: "x" container: "a.b"', 'containers'],
    ['expr: "x" unknown {}', 'unknown values'],
    ['expr: "f()" type_env { name: "f" function {} }', 'functions of the host'],
  ] as const) {
    assert.throws(() => converted(text), (error) => error instanceof LeftOut && error.message === reason); // prettier-ignore
  }
});
