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

/** Assets are fingerprinted but not copied: the layers of kubectl and of the AWS CLI have dozens of megabytes. */
export function testApp(): App {
  return new App({ context: { 'aws:cdk:disable-asset-staging': true } });
}

export function testStack(props: StackProps = { env: ENVIRONMENT }): Stack {
  return new Stack(testApp(), 'Test', props);
}

/** A cluster as most users import it; whatever is given wins, an explicit undefined as well. */
export function importCluster(scope: Construct, given: Partial<eks.ClusterAttributes> = {}, id: string = 'Cluster'): eks.ICluster {
  return eks.Cluster.fromClusterAttributes(scope, id, {
    clusterName: 'prod',
    kubectlRoleArn: KUBECTL_ROLE,
    kubectlLayer: new KubectlV27Layer(scope, `${id}Kubectl`),
    openIdConnectProvider: iam.OpenIdConnectProvider.fromOpenIdConnectProviderArn(scope, `${id}Oidc`, OIDC_PROVIDER),
    ...given,
  });
}

/** What a test is about; the stack is for what has to be made or imported in it. */
export type Given = (stack: Stack) => Partial<KarpenterMigrationProps>;

export function migrate(given: Given = () => ({}), stack: Stack = testStack()): { stack: Stack; migration: KarpenterMigration } {
  const props = given(stack);
  return { stack, migration: new KarpenterMigration(stack, 'Migration', { cluster: props.cluster ?? importCluster(stack), ...props }) };
}

export interface Resource {
  readonly Type: string;
  readonly Properties?: any;
  readonly DependsOn?: string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface Rendered {
  readonly Resources: Record<string, Resource>;
  readonly Outputs: Record<string, { readonly Value: unknown }>;
}

export function rendered(stack: Stack): Rendered {
  return Template.fromStack(stack).toJSON() as Rendered;
}

/** The logical ids that begin as the construct path below the stack does. */
export function idsBelow({ Resources }: Rendered, path: string): string[] {
  return Object.keys(Resources).filter(id => id.startsWith(path.replace(/[^A-Za-z0-9]/g, '')));
}

/** The one resource of a type; an assertion of its own where there are others. */
export function only({ Resources }: Rendered, type: string): Resource {
  const found = Object.values(Resources).filter(resource => resource.Type === type);
  if (found.length !== 1) {
    throw new Error(`expected one ${type}, found ${found.length}`);
  }
  return found[0];
}

/** Everything that CloudFormation makes before a resource, and deletes after it. */
export function before({ Resources }: Rendered, id: string): Set<string> {
  const seen = new Set<string>();
  const visit = (each: string) => {
    for (const other of referencesOf(Resources[each])) {
      if (other in Resources && !seen.has(other)) {
        seen.add(other);
        visit(other);
      }
    }
  };
  visit(id);
  return seen;
}

function referencesOf(value: unknown): string[] {
  if (Array.isArray(value)) {
    return value.flatMap(referencesOf);
  }
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, inner]) => {
    switch (key) {
      case 'Ref': return [inner as string];
      case 'DependsOn': return [inner as string | string[]].flat();
      case 'Fn::GetAtt': return [([inner].flat() as string[])[0].split('.')[0]];
      case 'Fn::Sub': return [...JSON.stringify(inner).matchAll(/\$\{([A-Za-z0-9]+)/g)].map(match => match[1]).concat(referencesOf(inner));
      default: return referencesOf(inner);
    }
  });
}

/** The paths at which two documents differ. */
export function differences(one: unknown, other: unknown, path: string[] = []): string[] {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) {
    return Object.is(one, other) ? [] : [path.join('.')];
  }
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].flatMap(key => differences((one as any)[key], (other as any)[key], [...path, key]));
}

/** A template whose assets carry no hash and whose resources no version, so that it changes only with the constructs. */
export function withoutAssetHashes(template: unknown): unknown {
  return JSON.parse(JSON.stringify(template).replace(/[0-9a-f]{64}/g, 'ASSET-HASH').replace(/"LibraryVersion":"[^"]*"/g, '"LibraryVersion":"VERSION"'));
}

/** The values that Karpenter's chart gets, with references rendered as `<logical id>`. */
export function chartValues(template: Rendered): any {
  return JSON.parse(flat(template.Resources[idsBelow(template, 'MigrationKarpenterChart')[0]].Properties.Values));
}

/** The object that a manifest applies. */
export function manifest(template: Rendered, path: string): any {
  return JSON.parse(flat(template.Resources[idsBelow(template, path)[0]].Properties.Manifest))[0];
}

/** The object that is applied once CloudFormation has filled in values of parameters; references to resources stand for themselves. */
export function deployedManifest(template: Rendered, path: string, parameters: Readonly<Record<string, string | readonly string[]>>): any {
  const resolve = (value: any): any => {
    if (value?.['Fn::Join']) {
      return resolve(value['Fn::Join'][1]).map(resolve).join(value['Fn::Join'][0]);
    }
    if (value?.['Fn::Split']) {
      return resolve(value['Fn::Split'][1]).split(value['Fn::Split'][0]);
    }
    return typeof value !== 'object' || Array.isArray(value) ? value : parameters[value.Ref] ?? flat(value);
  };
  return [JSON.parse(resolve(template.Resources[idsBelow(template, path)[0]].Properties.Manifest))].flat()[0];
}

export function flat(value: any): string {
  if (typeof value === 'string') {
    return value;
  }
  if (value['Fn::Join']) {
    return value['Fn::Join'][1].map(flat).join(value['Fn::Join'][0]);
  }
  return `<${referencesOf(value)[0]}>`;
}
