import { test } from 'vitest';
import * as odradek from 'odradek';
import kafkajs from 'kafkajs';
import { judgeFailures, produceAndRead } from '../scenario.cjs';

test('what kafkajs writes is read back', () => produceAndRead(odradek, kafkajs));
test('failures are of the class and have the code', () => judgeFailures(odradek));
