import { KubectlV27Layer } from '@aws-cdk/lambda-layer-kubectl-v27';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as eks from 'aws-cdk-lib/aws-eks';
import { AWSNodeTemplate } from '../../src/provisioning/v0/aws-node-template';
import { AWSNodeTemplateOptions } from '../../src/provisioning/v0/aws-node-template-options';
import { Provisioner } from '../../src/provisioning/v0/provisioner';
import { ProvisionerOptions } from '../../src/provisioning/v0/provisioner-options';

export const MANIFEST_RESOURCE = 'Custom::AWSCDK-EKS-KubernetesResource';

/** A stack with an imported cluster, as users of the library have it. */
export function importedCluster(clusterName = 'prod'): { stack: Stack; cluster: eks.ICluster } {
  const stack = new Stack(new App(), 'Test', { env: { account: '111111111111', region: 'us-east-1' } });
  return { stack, cluster: clusterIn(stack, 'Cluster', clusterName) };
}

export function clusterIn(stack: Stack, id: string, clusterName: string): eks.ICluster {
  return eks.Cluster.fromClusterAttributes(stack, id, {
    clusterName,
    kubectlRoleArn: 'arn:aws:iam::111111111111:role/kubectl',
    kubectlLayer: new KubectlV27Layer(stack, `${id}Kubectl`),
  });
}

/** The objects of all manifests in a template, by name of the kind. */
export function manifestsOf(stack: Stack): Record<string, any> {
  const resources = Template.fromStack(stack).findResources(MANIFEST_RESOURCE);
  return Object.fromEntries(Object.values(resources).map((resource) => {
    const objects = JSON.parse(resource.Properties.Manifest);
    expect(objects).toHaveLength(1);
    return [objects[0].kind, objects[0]];
  }));
}

/** One stack for all objects that are rendered without a template: making one takes most of a test's time. */
const rendering = importedCluster();
let rendered = 0;

export function provisionerManifest(options: ProvisionerOptions): any {
  const { stack, cluster } = rendering;
  return new Provisioner(stack, `Provisioner${rendered++}`, { cluster, ...options })._toManifest();
}

export function nodeTemplateManifest(options: AWSNodeTemplateOptions): any {
  const { stack, cluster } = rendering;
  return new AWSNodeTemplate(stack, `NodeTemplate${rendered++}`, { cluster, ...options })._toManifest();
}

export { schemaErrors } from './schemas';
