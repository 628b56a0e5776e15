import {
  GetInstanceProfileCommand, IAMClient, ListAttachedRolePoliciesCommand, ListRolePoliciesCommand, NoSuchEntityException,
} from '@aws-sdk/client-iam';
import { RolePoliciesAws } from '../../../src/preflight/workloads/role-policies.aws';

let asked: string[];
let denied: boolean;
let policies: RolePoliciesAws;

beforeEach(() => {
  asked = [];
  denied = false;
  policies = new RolePoliciesAws(Object.assign(new IAMClient({ region: 'us-east-1' }), { send: async (command: unknown) => answer(command) }));
});

/** One role in one profile; lists come in pages of one. */
function answer(command: unknown): object {
  asked.push((command as object).constructor.name);
  if (denied) {
    throw Object.assign(new Error('not authorized'), { name: 'AccessDenied' });
  }
  if (command instanceof GetInstanceProfileCommand && command.input.InstanceProfileName === 'profile') {
    return { InstanceProfile: { Roles: [{ RoleName: 'nodes' }] } };
  }
  if (command instanceof ListAttachedRolePoliciesCommand && command.input.RoleName === 'nodes') {
    return command.input.Marker
      ? { AttachedPolicies: [{ PolicyName: 'orders' }], IsTruncated: false }
      : { AttachedPolicies: [{ PolicyName: 'AmazonEKS_CNI_Policy' }], IsTruncated: true, Marker: 'more' };
  }
  if (command instanceof ListRolePoliciesCommand && command.input.RoleName === 'nodes') {
    return { PolicyNames: ['queue'], IsTruncated: false };
  }
  throw new NoSuchEntityException({ message: 'gone', $metadata: {} });
}

test.each([[{ role: 'nodes' }], [{ instanceProfile: 'profile' }]])('the policies of %j are all that are attached, and those in the role itself', async identity => {
  expect(await policies.policiesOf(identity)).toEqual(['AmazonEKS_CNI_Policy', 'orders', 'queue (inline)']);
});

test.each([[{ role: 'gone' }], [{ instanceProfile: 'gone' }]])('%j, which is not there, has none', async identity => {
  expect(await policies.policiesOf(identity)).toEqual([]);
});

test('a role is read once, but a denial is not remembered', async () => {
  denied = true;
  await expect(policies.policiesOf({ role: 'nodes' })).rejects.toThrow('not authorized');
  denied = false;
  await policies.policiesOf({ role: 'nodes' });
  const calls = asked.length;
  await policies.policiesOf({ role: 'nodes' });
  expect(asked).toHaveLength(calls);
});
