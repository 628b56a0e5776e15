import { EKSClient, ResourceNotFoundException } from '@aws-sdk/client-eks';
import { describeNodegroup, inParallel, tagsOf } from '../../src/cluster/readings.aws';

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

test('many calls are made a few at a time, and their answers come in the order of what was asked for', async () => {
  let underWay = 0;
  let most = 0;
  const items = Array.from({ length: 12 }, (_, index) => index);
  const answers = await inParallel(items, async (item) => {
    most = Math.max(most, ++underWay);
    await new Promise(resolve => setTimeout(resolve, 12 - item));
    underWay -= 1;
    return item * 2;
  });
  expect(answers).toEqual(items.map(item => item * 2));
  expect(most).toBe(5);
});
