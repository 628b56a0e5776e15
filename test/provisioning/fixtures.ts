import { readFileSync } from 'fs';
import { join } from 'path';
import { KubectlV27Layer } from '@aws-cdk/lambda-layer-kubectl-v27';
import Ajv, { ValidateFunction } from 'ajv';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as eks from 'aws-cdk-lib/aws-eks';
import { parse } from 'yaml';
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

/** What the API server's schema has against an object; unlike the server, which drops unknown fields, it reports them. */
export function schemaErrors(kind: 'Provisioner' | 'AWSNodeTemplate', object: unknown): string[] {
  const validate = validators[kind];
  return validate(object) ? [] : validate.errors!.map((error) => `${error.instancePath} ${error.message}`);
}

const validators = {
  Provisioner: validatorOf('karpenter.sh_provisioners.yaml'),
  AWSNodeTemplate: validatorOf('karpenter.k8s.aws_awsnodetemplates.yaml'),
};

function validatorOf(file: string): ValidateFunction {
  const definition = parse(readFileSync(join(__dirname, 'crds', file), 'utf8'));
  // Kubernetes' own keywords and formats of numbers are unknown to ajv; neither carries a rule beyond type and pattern.
  const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
  const schema = closed(definition.spec.versions[0].schema.openAPIV3Schema);
  const { group, names, versions } = definition.spec;
  schema.properties.apiVersion.const = `${group}/${versions[0].name}`;
  schema.properties.kind.const = names.kind;
  schema.required = ['apiVersion', 'kind', 'metadata', 'spec'];
  return ajv.compile(schema);
}

/** Makes every object refuse fields that its schema does not name. */
function closed(schema: any): any {
  if (Array.isArray(schema)) {
    return schema.map(closed);
  }
  if (typeof schema !== 'object' || schema === null) {
    return schema;
  }
  const copy: any = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  const namesFields = schema.type === 'object' && schema.properties !== undefined;
  return namesFields && schema.additionalProperties === undefined ? { ...copy, additionalProperties: false } : copy;
}
