import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { App, CfnElement, Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { KarpenterMigration, KarpenterMigrationProps, MigrationStage } from '../../index';
import { ApiObject } from '../../karpenter/api/karpenter-api';
import { PREFLIGHT_TYPE, PreflightProperties } from '../../preflight/contract';
import { MIGRATION_STAGE_TYPE, WorkflowConfiguration } from '../../workflow/contract';

/** The cluster that a migration would be attached to, as the import names it. */
export interface ImportedCluster {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly kubectlRoleArn: string;
  readonly openIdConnectProviderArn: string;
}

/** What a migration asks and does, out of the template that its app would deploy. */
export interface SynthesizedMigration {
  readonly preflight: PreflightProperties;
  readonly configuration: WorkflowConfiguration;
  /** The pools and node classes that it would make. */
  readonly objects: readonly ApiObject[];
  /** The managed policies of Karpenter's nodes, by their names. */
  readonly nodePolicies: readonly string[];
}

export type MigrationProps = Omit<KarpenterMigrationProps, 'cluster' | 'stage'>;
/** Makes the migration, and adds to it. */
export type Attach = (make: (props: MigrationProps) => KarpenterMigration) => void;

type Resources = Readonly<Record<string, { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }>>;

/** Synthesizes the app of the snippet: what a plan says is what that app would do. */
export function synthesize(imported: ImportedCluster, attach: Attach): SynthesizedMigration {
  const outdir = mkdtempSync(join(tmpdir(), 'cdk-karpenter-migration-'));
  try {
    return synthesizeInto(outdir, imported, attach);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

function synthesizeInto(
  outdir: string, { name, account, region, kubectlRoleArn, openIdConnectProviderArn }: ImportedCluster, attach: Attach,
): SynthesizedMigration {
  const app = new App({ outdir, analyticsReporting: false, treeMetadata: false });
  const stack = new Stack(app, 'Karpenter', { env: { account, region } });
  const cluster = eks.Cluster.fromClusterAttributes(stack, 'Cluster', {
    clusterName: name,
    kubectlRoleArn,
    openIdConnectProvider: iam.OpenIdConnectProvider.fromOpenIdConnectProviderArn(stack, 'Oidc', openIdConnectProviderArn),
    // Which one it is decides about nothing that a plan says.
    kubectlLayer: lambda.LayerVersion.fromLayerVersionArn(stack, 'Kubectl', `arn:aws:lambda:${region}:${account}:layer:kubectl:1`),
  });
  let nodeRole = '';
  attach(props => {
    const migration = new KarpenterMigration(stack, 'Migration', { ...props, cluster, stage: MigrationStage.SCALE_DOWN });
    nodeRole = stack.getLogicalId(migration.nodeRole.node.defaultChild as CfnElement);
    return migration;
  });
  const resources: Resources = app.synth().getStackByName(stack.stackName).template.Resources;
  const all = Object.values(resources);
  const only = (type: string) => all.find(({ Type }) => Type === type)!.Properties;
  return {
    preflight: only(PREFLIGHT_TYPE) as unknown as PreflightProperties,
    configuration: JSON.parse(flat(only(MIGRATION_STAGE_TYPE).Configuration)) as WorkflowConfiguration,
    objects: all.filter(({ Type }) => Type === eks.KubernetesManifest.RESOURCE_TYPE)
      .flatMap(({ Properties }) => JSON.parse(flat(Properties.Manifest)) as ApiObject[]),
    nodePolicies: (resources[nodeRole].Properties.ManagedPolicyArns as unknown[]).map(arn => flat(arn).split('/').pop()!),
  };
}

/** A text of which CloudFormation fills in parts: their places hold the names of what they stand for. */
function flat(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const parts = (value as { readonly 'Fn::Join'?: readonly [string, readonly unknown[]] })['Fn::Join'];
  return parts ? parts[1].map(flat).join(parts[0]) : String(Object.values(value as object)[0]);
}
