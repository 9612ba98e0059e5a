const odradek = require('odradek');
const kafkajs = require('kafkajs');
const { failures, judgeFailures, produceAndRead } = require('../scenario.cjs');

test('what kafkajs writes is read back', () => produceAndRead(odradek, kafkajs));
test('failures are of the class and have the code', () => judgeFailures(odradek));
test("Jest's own matchers know the failures", async () => {
  for (const { code, error } of await failures(odradek)) {
    expect(error).toBeInstanceOf(odradek.OdradekError);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'OdradekError', code });
    expect(() => {
      throw error;
    }).toThrow(odradek.OdradekError);
  }
});
