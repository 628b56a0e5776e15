import assert from 'assert/strict';
import { test } from 'node:test';
import { requestsOf } from './requests';

const line = (auditID: string, second: number, more: object = { objectRef: { resource: 'pods' } }, username = 'us') =>
  JSON.stringify({ auditID, user: { username }, requestReceivedTimestamp: new Date(second * 1000).toISOString(), ...more });

void test('requests of a user within a time are counted, those of objects apart from discovery', () => {
  assert.deepEqual(requestsOf([
    line('a', 1), line('b', 2), line('c', 2, { requestURI: '/openapi/v2' }), line('d', 3), line('e', 3, {}, 'others'), line('f', 4),
  ], 'us', 2000, 3000), { objects: 2, discovery: 1 });
});

void test('a watch counts once, although its begin and its end are written down', () => {
  assert.deepEqual(requestsOf([line('a', 1), line('a', 1)], 'us', 0, 2000), { objects: 1, discovery: 0 });
});
