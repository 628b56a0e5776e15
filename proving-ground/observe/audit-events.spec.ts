import assert from 'assert/strict';
import * as fs from 'fs';
import { test } from 'node:test';
import * as os from 'os';
import * as path from 'path';
import { auditEvent, auditReport } from './audit-events';
import { AuditLog } from './audit-log';

interface More { name?: string; user?: string; second?: number; subresource?: string }

const line = (verb: string, resource: string, code: number, more: More = {}) => JSON.stringify({
  verb,
  user: { username: more.user ?? 'us' },
  userAgent: 'node',
  objectRef: { resource, subresource: more.subresource, namespace: 'shop', name: more.name ?? 'a' },
  responseStatus: { code },
  requestReceivedTimestamp: new Date((more.second ?? 1) * 1000).toISOString(),
});
const eviction = (code: number, user = 'us') => line('create', 'pods', code, { subresource: 'eviction', user });
const report = (...lines: string[]) => auditReport(lines.flatMap(one => auditEvent(one) ?? []), 'us', ['canary']);

void test('evictions are told by their answers, those of others not at all', () => {
  const { granted, refused, gone, failed } = report(eviction(201), eviction(429), eviction(429), eviction(500), eviction(404), eviction(201, 'karpenter'));
  assert.deepEqual([granted.length, refused.length, gone.length, failed.length], [1, 2, 1, 1]);
  assert.deepEqual(granted[0], { at: 1000, user: 'us', pod: 'shop/a', status: 201 });
});

void test('a pod that we delete is told, but not the canary, and not what was refused or somebody else did', () => {
  const { deletedPods } = report(
    line('delete', 'pods', 200, { name: 'victim' }), line('delete', 'pods', 200, { name: 'canary' }), line('delete', 'pods', 404, { name: 'gone' }),
    line('delete', 'pods', 200, { name: 'other', user: 'kwok' }), line('delete', 'machines', 200),
  );
  assert.deepEqual(deletedPods.map(({ name }) => name), ['victim']);
});

void test('calls are counted by verb and resource', () => {
  const { calls, totalCalls } = report(line('list', 'pods', 200), line('list', 'pods', 200), eviction(429));
  assert.deepEqual(calls, { 'list pods': 2, 'create pods/eviction': 1 });
  assert.equal(totalCalls, 3);
});

void test('what is about no resource is no event', () => {
  assert.equal(auditEvent(JSON.stringify({ verb: 'get', user: { username: 'us' }, requestURI: '/version' })), undefined);
});

void test('whom the API server did not let in has no name', () => {
  assert.equal(auditEvent(JSON.stringify({ ...JSON.parse(line('create', 'nodes', 401)), user: {} }))!.user, 'nobody');
});

void test('a log is read on as it grows, and a line that is half written later', () => {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'audit-')), 'audit.jsonl');
  const [first, second] = [line('list', 'pods', 200, { second: 1 }), line('get', 'nodes', 200, { second: 2 })];
  fs.writeFileSync(file, `${first}\n${second.slice(0, 20)}`);
  const log = new AuditLog(file);
  assert.equal(log.between(0, 9000).length, 1);
  fs.appendFileSync(file, `${second.slice(20)}\n`);
  assert.deepEqual(log.between(0, 9000).map(({ resource }) => resource), ['pods', 'nodes']);
  assert.deepEqual(log.between(1500, 9000).map(({ resource }) => resource), ['nodes']);
});
