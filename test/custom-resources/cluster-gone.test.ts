import { doneWithoutCluster } from '../../src/custom-resources/cluster-gone';
import { done, ResourceHandler, ResourceRequest } from '../../src/custom-resources/lifecycle';

const failing = (name: string): ResourceHandler<object> => {
  const fail = async () => { throw Object.assign(new Error('no answer'), { name }); };
  return { patienceMinutes: 1, parse: () => ({}), identify: () => 'thing', apply: fail, remove: fail };
};
const request: ResourceRequest<object> = { type: 'Delete', properties: {}, physicalId: 'thing', stackId: 's', logicalId: 'l', requestId: 'r', elapsed: 0 };

test('a removal from a cluster that is gone is done', async () => {
  await expect(doneWithoutCluster({ Thing: failing('ClusterNotFound') }).Thing.remove(request)).resolves.toEqual(done());
});

test('a removal that fails otherwise still fails', async () => {
  await expect(doneWithoutCluster({ Thing: failing('AccessDenied') }).Thing.remove(request)).rejects.toThrow('no answer');
});

test('a creation in a cluster that is gone fails', async () => {
  await expect(doneWithoutCluster({ Thing: failing('ClusterNotFound') }).Thing.apply(request)).rejects.toThrow('no answer');
});
