import { InvalidParameterException, ResourceInUseException, ResourceNotFoundException } from '@aws-sdk/client-eks';
import { AwsAddons } from '../../../src/workflow/critical-workloads/addons.aws';

const META = { $metadata: {}, message: 'because' };
const ADDON = { name: 'coredns', version: 'v1', status: 'ACTIVE', issues: [], serviceAccountRoleArn: 'arn:role' };

function addons(answer: object | Error): { port: AwsAddons; calls: unknown[] } {
  const calls: unknown[] = [];
  const send = async ({ constructor, input }: { constructor: { name: string }; input: object }) => {
    calls.push([constructor.name, input]);
    if (answer instanceof Error) {
      throw answer;
    }
    return answer;
  };
  return { port: new AwsAddons('prod', { check: async () => { calls.push('fence'); } }, { send } as any), calls };
}

test('an add-on is read with what EKS finds wrong with it', async () => {
  const { port } = addons({ addon: { addonVersion: 'v1', status: 'DEGRADED', configurationValues: '{}', health: { issues: [{ code: 'InsufficientNumberOfReplicas', message: '0 of 2' }] } } });
  expect(await port.read('coredns')).toEqual({ name: 'coredns', version: 'v1', status: 'DEGRADED', configuration: '{}', serviceAccountRoleArn: undefined, issues: ['InsufficientNumberOfReplicas: 0 of 2'] });
});

test('one that EKS does not manage is none, and other errors stay errors', async () => {
  expect(await addons(new ResourceNotFoundException(META)).port.read('coredns')).toBeUndefined();
  await expect(addons(new Error('denied')).port.read('coredns')).rejects.toThrow('denied');
});

test('the schema is that of a version', async () => {
  const { port, calls } = addons({ configurationSchema: '{}' });
  expect(await port.schema('coredns', 'v1')).toBe('{}');
  expect(calls).toEqual([['DescribeAddonConfigurationCommand', { addonName: 'coredns', addonVersion: 'v1' }]]);
});

test('a configuration keeps the role and what others edited, directly after the fence', async () => {
  const { port, calls } = addons({});
  expect(await port.configure(ADDON, '')).toEqual({ kind: 'started' });
  expect(calls).toEqual(['fence', ['UpdateAddonCommand', {
    clusterName: 'prod', addonName: 'coredns', configurationValues: '', resolveConflicts: 'PRESERVE', serviceAccountRoleArn: 'arn:role',
  }]]);
});

test('another update and a refusal are answers, all else is an error', async () => {
  expect(await addons(new ResourceInUseException(META)).port.configure(ADDON, '{}')).toEqual({ kind: 'busy' });
  expect(await addons(new InvalidParameterException(META)).port.configure(ADDON, '{}')).toEqual({ kind: 'refused', says: 'because' });
  await expect(addons(new Error('throttled')).port.configure(ADDON, '{}')).rejects.toThrow('throttled');
});

test('a run that was replaced configures nothing', async () => {
  const calls: unknown[] = [];
  const port = new AwsAddons('prod', { check: async () => { throw new Error('replaced'); } }, { send: async (command: unknown) => calls.push(command) } as any);
  await expect(port.configure(ADDON, '{}')).rejects.toThrow('replaced');
  expect(calls).toEqual([]);
});
