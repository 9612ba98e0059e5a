import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatGroupsQuery,
  groupsRequest,
  parseGroupsQuery,
  sortedGroups,
} from '../../../console/src/groups/groups-query.ts';
import {
  formatTopicsQuery,
  parseTopicsQuery,
  sortedTopics,
  topicsRequest,
} from '../../../console/src/topics/topics-query.ts';

test('the list of topics comes back from its address', () => {
  for (const address of [
    '',
    'query=ipl*',
    'internal=true&sort=size',
    'sort=rate&order=asc',
    'order=desc',
  ]) {
    const text = address.replace('*', '%2A').replace('%2A', '*');
    assert.equal(formatTopicsQuery(parseTopicsQuery(text)), text);
  }
  assert.equal(
    formatTopicsQuery(parseTopicsQuery('sort=colour&order=sideways')),
    'order=asc'.slice(9),
  );
});

test('sorting by the same column turns the list round, by another begins with what one looks for', () => {
  const byName = parseTopicsQuery('');
  const bySize = sortedTopics(byName, 'size');
  assert.equal(formatTopicsQuery(bySize), 'sort=size');
  assert.equal(formatTopicsQuery(sortedTopics(bySize, 'size')), 'sort=size&order=asc');
  assert.equal(formatTopicsQuery(sortedTopics(byName, 'name')), 'order=desc');
  assert.equal(formatGroupsQuery(sortedGroups(parseGroupsQuery(''), 'lag')), 'sort=lag');
});

test('a request names the lines that are wanted', () => {
  assert.equal(
    topicsRequest(parseTopicsQuery('query=a&sort=size'), 200, 100),
    'query=a&internal=false&sort=size&order=desc&offset=200&limit=100',
  );
  assert.equal(
    groupsRequest(parseGroupsQuery('state=Empty'), 0, 50),
    'state=Empty&sort=name&order=asc&offset=0&limit=50',
  );
  assert.equal(parseGroupsQuery('state=Sleepy').state, '');
});
