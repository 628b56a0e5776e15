import { Size } from 'aws-cdk-lib';
import { EbsDeviceVolumeType } from 'aws-cdk-lib/aws-ec2';
import { MetadataState, MetadataTokens } from '../../../src/provisioning/metadata-options';
import { AWSNodeTemplate } from '../../../src/provisioning/v0/aws-node-template';
import { AWSNodeTemplateOptions, AmiFamily } from '../../../src/provisioning/v0/aws-node-template-options';
import { importedCluster, manifestsOf, nodeTemplateManifest, schemaErrors } from '../fixtures';

function specOf(options: AWSNodeTemplateOptions): any {
  const manifest = nodeTemplateManifest(options);
  expect(schemaErrors('AWSNodeTemplate', manifest)).toEqual([]);
  return manifest.spec;
}

test('every field of the API is rendered as the schema has it', () => {
  const manifest = nodeTemplateManifest({
    name: 'custom',
    subnetSelector: { 'aws-ids': 'subnet-0a1, subnet-0b2' },
    securityGroupSelector: { 'Name': '*', 'example.com/nodes': 'a,b' },
    amiSelector: { 'aws::owners': 'self,111111111111', 'aws::name': 'my image', 'stage': 'prod' },
    amiFamily: AmiFamily.CUSTOM,
    instanceProfileName: 'KarpenterNodeInstanceProfile-prod',
    userData: '#!/bin/bash\necho "${HOME}"',
    tags: { 'Name': 'node', 'example.com/team': '' },
    metadataOptions: {
      httpEndpoint: MetadataState.DISABLED,
      httpProtocolIpv6: MetadataState.ENABLED,
      httpPutResponseHopLimit: 64,
      httpTokens: MetadataTokens.OPTIONAL,
    },
    blockDeviceMappings: [
      {
        deviceName: '/dev/xvda',
        ebs: {
          volumeSize: Size.gibibytes(100),
          volumeType: EbsDeviceVolumeType.GP3,
          iops: 10000,
          throughput: 125,
          encrypted: true,
          kmsKeyId: '1234abcd-12ab-34cd-56ef-1234567890ab',
          deleteOnTermination: true,
        },
      },
      { deviceName: '/dev/xvdb', ebs: { snapshotId: 'snap-0123456789' } },
    ],
    detailedMonitoring: true,
    context: 'reserved',
  });

  expect(manifest).toEqual({
    apiVersion: 'karpenter.k8s.aws/v1alpha1',
    kind: 'AWSNodeTemplate',
    metadata: { name: 'custom' },
    spec: {
      subnetSelector: { 'aws-ids': 'subnet-0a1, subnet-0b2' },
      securityGroupSelector: { 'Name': '*', 'example.com/nodes': 'a,b' },
      amiSelector: { 'aws::owners': 'self,111111111111', 'aws::name': 'my image', 'stage': 'prod' },
      amiFamily: 'Custom',
      instanceProfile: 'KarpenterNodeInstanceProfile-prod',
      userData: '#!/bin/bash\necho "${HOME}"',
      tags: { 'Name': 'node', 'example.com/team': '' },
      metadataOptions: { httpEndpoint: 'disabled', httpProtocolIPv6: 'enabled', httpPutResponseHopLimit: 64, httpTokens: 'optional' },
      blockDeviceMappings: [
        {
          deviceName: '/dev/xvda',
          ebs: {
            volumeSize: '100Gi',
            volumeType: 'gp3',
            iops: 10000,
            throughput: 125,
            encrypted: true,
            kmsKeyID: '1234abcd-12ab-34cd-56ef-1234567890ab',
            deleteOnTermination: true,
          },
        },
        { deviceName: '/dev/xvdb', ebs: { snapshotID: 'snap-0123456789' } },
      ],
      detailedMonitoring: true,
      context: 'reserved',
    },
  });
  expect(schemaErrors('AWSNodeTemplate', manifest)).toEqual([]);
});

test('a launch template of the user\'s own takes the place of security groups', () => {
  expect(specOf({ launchTemplateName: 'mine', tags: { a: 'b' } })).toEqual({
    launchTemplate: 'mine',
    subnetSelector: { 'karpenter.sh/discovery': 'prod' },
    tags: { a: 'b' },
  });
});

test('metadata options that are set in part still require tokens', () => {
  expect(specOf({ metadataOptions: { httpPutResponseHopLimit: 1 } }).metadataOptions).toEqual({
    httpEndpoint: 'enabled', httpProtocolIPv6: 'disabled', httpPutResponseHopLimit: 1, httpTokens: 'required',
  });
});

test.each(Object.values(AmiFamily).filter((family) => family !== AmiFamily.CUSTOM))('the image family %s needs no image selector', (amiFamily) => {
  expect(specOf({ amiFamily }).amiFamily).toBe(amiFamily);
});

test.each([AmiFamily.AL2, AmiFamily.BOTTLEROCKET, AmiFamily.UBUNTU])('the image family %s takes user data', (amiFamily) => {
  expect(specOf({ amiFamily, userData: 'x' }).userData).toBe('x');
});

test.each(['aws-ids', 'aws::ids'])('images are selected by ids under %s', (key) => {
  expect(specOf({ amiSelector: { [key]: 'ami-0123,ami-4567' } }).amiSelector).toEqual({ [key]: 'ami-0123,ami-4567' });
});

test.each([
  [Size.gibibytes(1), '1Gi'],
  [Size.mebibytes(1536), '1536Mi'],
  [Size.tebibytes(58), '59392Gi'],
])('a volume of %s is written as %s', (volumeSize, quantity) => {
  const [mapping] = specOf({ blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: { volumeSize } }] }).blockDeviceMappings;

  expect(mapping.ebs).toEqual({ volumeSize: quantity });
});

test.each([
  [EbsDeviceVolumeType.IO1, 100], [EbsDeviceVolumeType.IO2, 64000], [EbsDeviceVolumeType.GP3, 3000], [EbsDeviceVolumeType.GP3, 16000],
])('a volume of type %s can have %d operations per second', (volumeType, iops) => {
  const ebs = { volumeSize: Size.gibibytes(100), volumeType, iops };

  expect(specOf({ blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs }] }).blockDeviceMappings[0].ebs).toMatchObject({ volumeType, iops });
});

test.each(['karpenter.sh/discovery', 'kubernetes.io/cluster', 'Name', 'karpenter.sh/provisioner-name-x'])('nodes can have the tag "%s"', (key) => {
  expect(specOf({ tags: { [key]: 'x' } }).tags).toEqual({ [key]: 'x' });
});

test('user data reaches the template untouched', () => {
  const { stack, cluster } = importedCluster();
  const userData = '[settings.kubernetes]\nkey = "va\\lue ${x}"\n';
  new AWSNodeTemplate(stack, 'NodeTemplate', { cluster, amiFamily: AmiFamily.BOTTLEROCKET, userData });

  expect(manifestsOf(stack).AWSNodeTemplate.spec.userData).toBe(userData);
});
