import { AWS_ACTIONS, clusterRole, ON_KUBERNETES, rightsText } from '../../../src/cli/access/rights';
import { NODEGROUP_READS } from '../../../src/cli/pools/contract';
import { callsIn, reachedFrom, sources } from '../../calls';

const isRead = (action: string) => /:(Describe|List|Get)/.test(action);
/** Adapters that the command line has for one question have others, too. */
const NOT_ASKED = ['autoscaling:DescribeInstanceRefreshes'];

test('the policy that is printed has what the command line calls, no more and no less, and only reads', () => {
  const calls = callsIn(reachedFrom('cli/main.ts')).filter(isRead).filter(action => !NOT_ASKED.includes(action));
  expect([...AWS_ACTIONS].sort()).toEqual(calls);
  expect(AWS_ACTIONS.filter(action => !isRead(action))).toEqual([]);
  expect(NODEGROUP_READS.filter(action => !AWS_ACTIONS.includes(action))).toEqual([]);
});

test('what the command line asks AWS itself only reads', () => {
  expect(callsIn(sources().filter(file => file.startsWith('cli'))).filter(action => !isRead(action))).toEqual([]);
});

test('the ClusterRole that is printed only reads, and has what a plan names when it is missing', () => {
  const [{ rules }] = clusterRole() as Array<{ rules: Array<{ resources: string[]; verbs: string[] }> }>;
  expect(rules.flatMap(({ verbs }) => verbs).filter(verb => !['get', 'list'].includes(verb))).toEqual([]);
  const resources = new Set(rules.flatMap(all => all.resources));
  const named = Object.values(ON_KUBERNETES).flatMap(text => [...text.matchAll(/\b([a-z]+s)(?:\.[a-z0-9.]+)?\b/g)].map(([, name]) => name)).filter(name => !['kinds', 'aws'].includes(name));
  expect(named.filter(name => !resources.has(name))).toEqual([]);
});

test('the text says how an identity gets the rights', () => {
  expect(rightsText('prod')).toContain('aws eks create-access-entry --cluster-name prod --principal-arn ARN --kubernetes-groups karpenter-migration-readers');
});
