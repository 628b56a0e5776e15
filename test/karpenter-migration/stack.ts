import { KubectlV27Layer } from '@aws-cdk/lambda-layer-kubectl-v27';
import { App, Stack, StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { KarpenterMigration } from '../../src/karpenter-migration';
import { KarpenterMigrationProps } from '../../src/karpenter-migration-props';

export const ENVIRONMENT = { account: '111111111111', region: 'us-east-1' };
export const KUBECTL_ROLE = 'arn:aws:iam::111111111111:role/kubectl';
export const OIDC_PROVIDER = 'arn:aws:iam::111111111111:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/ABC';

export function testStack(props: StackProps = { env: ENVIRONMENT }): Stack {
  return new Stack(new App(), 'Test', props);
}

/** A cluster as most users import it; whatever is given wins. */
export function importCluster(scope: Construct, given: Partial<eks.ClusterAttributes> = {}, id: string = 'Cluster'): eks.ICluster {
  return eks.Cluster.fromClusterAttributes(scope, id, {
    clusterName: 'prod',
    kubectlRoleArn: KUBECTL_ROLE,
    kubectlLayer: new KubectlV27Layer(scope, `${id}Kubectl`),
    openIdConnectProvider: iam.OpenIdConnectProvider.fromOpenIdConnectProviderArn(scope, `${id}Oidc`, OIDC_PROVIDER),
    ...given,
  });
}

/** A migration and the stack in which it is. */
export interface Migrated {
  readonly stack: Stack;
  readonly migration: KarpenterMigration;
}

/** A migration with what a test is about; functions get the stack, for what has to be imported into it. */
export function migrate(props: (stack: Stack) => Partial<KarpenterMigrationProps> = () => ({}), stack: Stack = testStack()): Migrated {
  const given = props(stack);
  return { stack, migration: new KarpenterMigration(stack, 'Migration', { cluster: given.cluster ?? importCluster(stack), ...given }) };
}

export interface Resource {
  readonly Type: string;
  readonly Properties?: any;
  readonly DependsOn?: string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Metadata?: any;
}

export function resourcesOf(stack: Stack): Record<string, Resource> {
  return Template.fromStack(stack).toJSON().Resources;
}
