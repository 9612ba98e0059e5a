const odradek = require('odradek');
const { forgetToStop } = require('../scenario.cjs');

test('nobody stops these brokers', () => forgetToStop(odradek));
