const { it: test } = require('mocha');
const odradek = require('odradek');
const kafkajs = require('kafkajs');
const { judgeFailures, produceAndRead } = require('../scenario.cjs');

test('what kafkajs writes is read back', () => produceAndRead(odradek, kafkajs));
test('failures are of the class and have the code', () => judgeFailures(odradek));
