import { EKSClient, ResourceNotFoundException } from '@aws-sdk/client-eks';
import { describeNodegroup, tagsOf } from '../../src/cluster/readings.aws';

const failing = (error: Error) => ({ send: async () => { throw error; } }) as unknown as EKSClient;

test('a node group that has gone since it was listed is none', async () => {
  await expect(describeNodegroup(failing(new ResourceNotFoundException({ message: 'gone', $metadata: {} })), 'prod', 'apps')).resolves.toBeUndefined();
});

test('any other error of EKS is not taken for an absent node group', async () => {
  await expect(describeNodegroup(failing(new Error('throttled')), 'prod', 'apps')).rejects.toThrow('throttled');
});

test('a tag without a value has an empty one', () => {
  expect(tagsOf([{ Key: 'a', Value: 'b' }, { Key: 'c' }])).toEqual({ a: 'b', c: '' });
  expect(tagsOf(undefined)).toEqual({});
});
