import { it as test } from 'mocha';
import * as odradek from 'odradek';
import { forgetToStop } from '../scenario.cjs';

test('nobody stops these brokers', () => forgetToStop(odradek));
