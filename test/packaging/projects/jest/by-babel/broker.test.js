import * as odradek from 'odradek';
import kafkajs from 'kafkajs';
import { failures, judgeFailures, produceAndRead } from '../scenario.cjs';

test('what kafkajs writes is read back', () => produceAndRead(odradek, kafkajs));
test('failures are of the class and have the code', () => judgeFailures(odradek));
test("Jest's own matchers know the failures", async () => {
  for (const { code, error } of await failures(odradek)) {
    expect(error).toBeInstanceOf(odradek.OdradekError);
    expect(error).toMatchObject({ code });
  }
});
