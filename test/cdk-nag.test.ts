import { App, Aspects, CfnResource, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { AwsSolutionsChecks } from 'cdk-nag';
import { importCluster, testStack } from './karpenter-migration/stack';
import { ControllerPolicy } from '../src/iam/controller-policy';
import { KarpenterRelease } from '../src/karpenter/karpenter-release';
import { KarpenterMigration } from '../src/karpenter-migration';
import { Requirement } from '../src/provisioning/requirement';

/** CDK makes these for every cluster that is given charts or manifests, and cdk-nag users know them. */
const OF_CDKS_KUBECTL_PROVIDER: Readonly<Record<string, string>> = {
  'AwsSolutions-IAM4': 'logs, network interfaces and reading of charts from ECR',
  'AwsSolutions-IAM5': 'the versions of one function',
  'AwsSolutions-L1': 'the runtime that CDK chose for its handler',
};

interface Finding { readonly path: string; readonly rule: string }

function findings(stack: Stack): Finding[] {
  Aspects.of(stack).add(new AwsSolutionsChecks());
  return (stack.node.root as App).synth().stacks.flatMap(({ messages }) => messages.map(({ id, entry }) =>
    ({ path: id, rule: /^(AwsSolutions-\w+|CdkNagValidationFailure)/.exec(String(entry.data))?.[0] ?? String(entry.data) })));
}

function migratedStack(): Stack {
  const stack = testStack();
  new KarpenterMigration(stack, 'Scoped', {
    cluster: importCluster(stack),
    scaleDown: { pauseWhile: [cloudwatch.Alarm.fromAlarmArn(stack, 'Alarm', 'arn:aws:cloudwatch:us-east-1:111111111111:alarm:errors')] },
  });
  new KarpenterMigration(stack, 'Guide', { cluster: importCluster(stack, { clusterName: 'other' }, 'Other'), controllerPolicy: ControllerPolicy.guide() });
  const current = new KarpenterMigration(stack, 'Current', { cluster: importCluster(stack, { clusterName: 'third' }, 'Third'), release: KarpenterRelease.v1() });
  current.addNodePool('Spot', { name: 'spot', requirements: [Requirement.isIn('karpenter.sh/capacity-type', ['spot'])] });
  return stack;
}

function accepted(resource: CfnResource): { id: string; reason: string }[] {
  return resource.getMetadata('cdk_nag')?.rules_to_suppress ?? [];
}

function resources(stack: Stack): CfnResource[] {
  return stack.node.findAll().filter(CfnResource.isCfnResource);
}

test('AwsSolutions has nothing against a migration, beside what CDK itself makes for kubectl', () => {
  const open = findings(migratedStack()).filter(({ path, rule }) => !(path.includes('-KubectlProvider/') && rule in OF_CDKS_KUBECTL_PROVIDER));
  expect(open).toEqual([]);
});

test('what is accepted is found without it, and has a reason', () => {
  const stack = migratedStack();
  const claims = resources(stack).flatMap(resource => accepted(resource).map(({ id, reason }) => ({ path: `/${resource.node.path}`, rule: id, reason })));
  expect(claims.length).toBeGreaterThan(10);
  expect(claims.filter(({ reason }) => reason.length < 20)).toEqual([]);

  resources(stack).filter(resource => accepted(resource).length > 0).forEach(resource => resource.addMetadata('cdk_nag', undefined));
  const found = new Set(findings(stack).map(({ path, rule }) => `${path} ${rule}`));
  expect(claims.filter(({ path, rule }) => !found.has(`${path} ${rule}`))).toEqual([]);
});
