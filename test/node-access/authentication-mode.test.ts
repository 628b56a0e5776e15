import { DescribeClusterCommand, EKSClient, ResourceNotFoundException } from '@aws-sdk/client-eks';
import { contradiction, isEntered, isMapped } from '../../src/node-access/authentication-mode';
import { readAuthenticationMode } from '../../src/node-access/authentication-mode.aws';
import { MANAGED_KINDS, NODE_ACCESS_KINDS } from '../../src/node-access/contract';

const MODES = ['CONFIG_MAP', 'API_AND_CONFIG_MAP', 'API'];

test.each<[string, string, string]>([
  ['auto', 'CONFIG_MAP', 'mapped'],
  ['auto', 'API_AND_CONFIG_MAP', 'entered'],
  ['auto', 'API', 'entered'],
  ['access-entry', 'CONFIG_MAP', 'contradiction'],
  ['access-entry', 'API_AND_CONFIG_MAP', 'entered'],
  ['access-entry', 'API', 'entered'],
  ['aws-auth', 'CONFIG_MAP', 'mapped'],
  ['aws-auth', 'API_AND_CONFIG_MAP', 'mapped'],
  ['aws-auth', 'API', 'contradiction'],
])('with %s in mode %s a role is %s', (choice, mode, expected) => {
  const kind = MANAGED_KINDS.find(one => one === choice)!;
  const found = contradiction(kind, mode, 'prod') ? 'contradiction' : [...isMapped(kind, mode) ? ['mapped'] : [], ...isEntered(kind, mode) ? ['entered'] : []].join();
  expect(found).toBe(expected);
});

test('what is done elsewhere contradicts no mode', () => {
  expect(NODE_ACCESS_KINDS).toContain('unmanaged');
  expect(MODES.map(mode => [isMapped('unmanaged', mode), contradiction('unmanaged', mode, 'prod')])).toEqual(MODES.map(() => [false, undefined]));
});

test('a contradiction says what to set', () => {
  expect(contradiction('aws-auth', 'API', 'prod')!.remedy).toMatch(/`nodeAccess` to NodeAccess\.auto\(\) or NodeAccess\.accessEntry\(\)/);
  expect(contradiction('access-entry', 'CONFIG_MAP', 'prod')!.remedy)
    .toMatch(/NodeAccess\.auto\(\) or NodeAccess\.awsAuth\(\).*aws eks update-cluster-config --name prod --access-config authenticationMode=API_AND_CONFIG_MAP$/);
});

describe('the mode of a cluster', () => {
  const answering = (answer: () => object) => Object.assign(new EKSClient({ region: 'us-east-1' }), {
    send: async (command: unknown) => {
      expect(command).toBeInstanceOf(DescribeClusterCommand);
      expect((command as DescribeClusterCommand).input).toEqual({ name: 'prod' });
      return answer();
    },
  });

  test('is what EKS says, and CONFIG_MAP where it says nothing', async () => {
    expect(await readAuthenticationMode('prod', answering(() => ({ cluster: { accessConfig: { authenticationMode: 'API' } } })))).toBe('API');
    expect(await readAuthenticationMode('prod', answering(() => ({ cluster: {} })))).toBe('CONFIG_MAP');
  });

  test('cannot be read of a cluster that is gone, which ends a removal', async () => {
    const gone = answering(() => {
      throw new ResourceNotFoundException({ message: 'No cluster found', $metadata: {} });
    });
    await expect(readAuthenticationMode('prod', gone)).rejects.toMatchObject({ name: 'ClusterNotFound', message: 'there is no cluster "prod"' });
  });

  test('cannot be read without the right to, which is thrown as it is', async () => {
    const denied = answering(() => {
      throw Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    });
    await expect(readAuthenticationMode('prod', denied)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});
