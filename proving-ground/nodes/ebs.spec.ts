import assert from 'assert/strict';
import { test } from 'node:test';
import { inUseByNode, uniqueName } from './ebs';

void test('a node has the volumes of all its pods in use, each once', () => {
  const pods = [
    { uid: '1', node: 'a', volumes: ['v2'] }, { uid: '2', node: 'a', volumes: ['v1', 'v2'] }, { uid: '3', node: 'b', volumes: [] },
  ];
  assert.deepEqual([...inUseByNode(pods)], [['a', ['v1', 'v2']]]);
  assert.equal(uniqueName('ebs.csi.aws.com', 'vol-1'), 'kubernetes.io/csi/ebs.csi.aws.com^vol-1');
});
