import { claimHandler } from '../../src/cluster/claim-handler';
import { surveyHandler } from '../../src/cluster/survey-handler';
import { ResourceHandler } from '../../src/custom-resources/lifecycle';
import { discoveryTagsHandler } from '../../src/discovery-tags/handler';
import { spotRoleHandler } from '../../src/iam/spot-role/handler';
import { controllerReadyHandler } from '../../src/karpenter/controller-ready/handler';
import { namespaceHandler } from '../../src/karpenter/namespace/handler';
import { objectGuardHandler } from '../../src/karpenter/object-guard/handler';
import { objectReadyHandler } from '../../src/karpenter/object-ready/handler';
import { releaseGuardHandler } from '../../src/karpenter/release-guard/handler';
import { accessEntryHandler } from '../../src/node-access/access-entry-handler';
import { nodeAccessHandler } from '../../src/node-access/handler';
import { preflightHandler } from '../../src/preflight/handler';
import { migrationStageHandler } from '../../src/workflow/handler';

const CLUSTER = { ClusterName: 'prod', KubectlRoleArn: 'arn:aws:iam::111111111111:role/kubectl' };
const KIND = { Group: 'karpenter.k8s.aws', Version: 'v1', Plural: 'ec2nodeclasses' };
const none = undefined as any;

/**
 * The properties that each resource had first, as CloudFormation sends them. A resource that is deleted comes with the properties of the deployment
 * that made it, whatever version of the library that was: they are never taken away from here, and what joins them is optional.
 */
const FIRST: ReadonlyArray<[string, ResourceHandler<any>, Record<string, unknown>]> = [
  ['the claim', claimHandler(none), { ...CLUSTER, Owner: 'Stack/Migration' }],
  ['the survey', surveyHandler(none), { ClusterName: 'prod' }],
  ['the tags', discoveryTagsHandler(none, none), {
    ClusterName: 'prod', SecurityGroupSource: 'nodegroups', TagKey: 'karpenter.sh/discovery', SeveralClusterSecurityGroups: 'false',
  }],
  ['the mapping', nodeAccessHandler(none, none), { ...CLUSTER, RoleArn: 'arn:aws:iam::111111111111:role/nodes', Owner: 'Stack/Migration/NodeAccess' }],
  ['the access entry', accessEntryHandler(none), { ClusterName: 'prod', RoleArn: 'arn:aws:iam::111111111111:role/nodes', Type: 'EC2_LINUX', Owner: 'o', Kind: 'auto' }],
  ['the namespace', namespaceHandler(none), { ...CLUSTER, Namespace: 'karpenter', Release: 'karpenter' }],
  ['the release guard', releaseGuardHandler(none), { ...CLUSTER, Namespace: 'karpenter', Release: 'karpenter', Chart: '{}', Kept: 'false' }],
  ['the controller', controllerReadyHandler(none), { ...CLUSTER, Namespace: 'karpenter', Release: 'karpenter', Chart: '{}' }],
  ['the object guard', objectGuardHandler(none), { ...CLUSTER, ...KIND, Singular: 'ec2nodeclass', Word: 'EC2NodeClass', Name: 'default' }],
  ['the wait for an object', objectReadyHandler(none), { ...CLUSTER, ...KIND, Word: 'EC2NodeClass', Name: 'default', Wait: 'true', Manifest: '{}' }],
  ['the Spot role', spotRoleHandler(none), {}],
  ['the preflight', preflightHandler(none), {
    ...CLUSTER,
    KubernetesFunctionArn: 'arn',
    Owner: 'Stack/Migration',
    Api: 'karpenter.sh/v1alpha5',
    Issuer: 'oidc',
    MinimumVersion: '1.23',
    MaximumVersion: '1.27',
    SecurityGroupSource: 'nodegroups',
    NodeAccess: 'auto',
    TakeOver: 'false',
    Namespace: 'karpenter',
    CrdRelease: 'kube-system/karpenter-crd',
    Crds: ['a'],
    Replicas: '2',
    Cpu: '1',
    Memory: '1Gi',
  }],
  ['the stage', migrationStageHandler(none), {
    ...CLUSTER, KubernetesFunctionArn: 'arn', StateMachineArn: 'arn', Stage: 'INSTALL', Owner: 'Stack/Migration', Api: 'karpenter.sh/v1alpha5', Configuration: '{}', WaitSeconds: '3000',
  }],
];

test.each(FIRST)('%s is still understood as it was made first', (_, handler, properties) => {
  expect(() => handler.identify(handler.parse(properties))).not.toThrow();
});

test.each(FIRST)('%s needs all that it had first, and names what is missing', (_, handler, properties) => {
  for (const name of Object.keys(properties).filter(key => !['Chart', 'Manifest', 'Kind'].includes(key))) {
    const { [name]: _left, ...rest } = properties;
    expect(() => handler.parse(rest)).toThrow(new RegExp(`^property ${name} must `));
  }
});
