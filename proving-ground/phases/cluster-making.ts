import { CdkCli, CdkRun } from './cdk-cli';
import { LocalAws } from '../aws';
import { ClusterFacts } from '../aws/options';
import { createClusterByHand, Ground, HandMade } from '../customer/account';

/** What there is when a cluster is made. */
export interface Making {
  readonly aws: LocalAws;
  readonly facts: ClusterFacts;
  readonly ground: Ground;
  /** Kept when the control plane answers that stands for the cluster. */
  readonly controlPlane: Promise<unknown>;
  /** The CDK CLI of an app with this context. */
  readonly cli: (context: Readonly<Record<string, string>>) => CdkCli;
}

/** A cluster that is ACTIVE, and the CLI for apps that are about it. */
export interface Made {
  readonly cdk: CdkCli;
  /** Undefined where the app makes the cluster. */
  readonly handMade?: HandMade;
}

/** The app that makes the cluster and migrates it. */
export const MADE_IN_THE_APP = 'proving-ground/phases/made-in-the-app.ts';

/** Makes the cluster, which apps import. */
export async function byHand({ aws, facts, ground, cli }: Making): Promise<Made> {
  const handMade = await createClusterByHand(aws, facts, ground);
  return { handMade, cdk: cli({ kubectlRoleArn: handMade.kubectlRoleArn, openIdConnectProviderArn: handMade.oidcProviderArn }) };
}

/** Has the app make the cluster, without a migration. */
export async function inTheApp({ ground, controlPlane, cli }: Making): Promise<Made> {
  const cdk = cli({
    vpcId: ground.vpcId,
    privateSubnetIds: ground.privateSubnetIds.join(),
    securityGroupId: ground.appsSecurityGroupId,
    nodeRoleArn: ground.nodeRoleArn,
  });
  await controlPlane;
  succeeded('cdk bootstrap', await cdk.bootstrap());
  succeeded('the deployment of the cluster', await cdk.deploy(MADE_IN_THE_APP, { variant: 'alone' }));
  return { cdk };
}

function succeeded(what: string, { code, output }: CdkRun): void {
  if (code !== 0) {
    throw new Error(`${what} failed: ${output.slice(-3000)}`);
  }
}
