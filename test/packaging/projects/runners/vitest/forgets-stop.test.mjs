import { test } from 'vitest';
import * as odradek from 'odradek';
import { forgetToStop } from '../scenario.cjs';

test('nobody stops these brokers', () => forgetToStop(odradek));
