import * as iam from 'aws-cdk-lib/aws-iam';
import { Given, migrate } from './stack';
import { KarpenterRelease } from '../../src/karpenter/karpenter-release';
import { KarpenterMigrationProps } from '../../src/karpenter-migration-props';
import { NodeAccess } from '../../src/node-access/node-access';
import { AmiFamily, AWSNodeTemplateOptions } from '../../src/provisioning/v0/aws-node-template-options';
import { AmiAlias, AmiTerm, NodeClassAmiFamily } from '../../src/provisioning/v1/ami';
import { EC2NodeClassOptions } from '../../src/provisioning/v1/ec2-node-class-options';

const withNodeClass = (nodeClass: EC2NodeClassOptions, given: Partial<KarpenterMigrationProps> = {}): Given =>
  () => ({ release: KarpenterRelease.v1({ nodeClass }), ...given });
const withNodeTemplate = (nodeTemplate: AWSNodeTemplateOptions, given: Partial<KarpenterMigrationProps> = {}): Given =>
  () => ({ release: KarpenterRelease.v0({ nodeTemplate }), ...given });
const withNodeRole = (given: Given): Given => stack => ({
  nodeRole: iam.Role.fromRoleArn(stack, 'Nodes', 'arn:aws:iam::111111111111:role/nodes'), ...given(stack),
});
const OWN_IMAGES = { amiSelectorTerms: [AmiTerm.id('ami-1')] };

describe('nodes that run Windows are refused unless they are let in as such', () => {
  test.each<[string, Given, string, string]>([
    ['Windows 2019', withNodeClass({ amiAlias: AmiAlias.windows2019Latest() }), 'EC2NodeClass "default"', 'auto'],
    ['Windows 2022', withNodeClass({ amiAlias: AmiAlias.windows2022Latest() }), 'EC2NodeClass "default"', 'auto'],
    ['Windows 2025', withNodeClass({ amiAlias: AmiAlias.windows2025Latest() }), 'EC2NodeClass "default"', 'auto'],
    ['images of their own', withNodeClass({ name: 'win', ...OWN_IMAGES, amiFamily: NodeClassAmiFamily.WINDOWS_2022 }), 'EC2NodeClass "win"', 'auto'],
    ['an access entry', withNodeClass({ amiAlias: AmiAlias.windows2022Latest() }, { nodeAccess: NodeAccess.accessEntry() }), 'EC2NodeClass "default"', 'accessEntry'],
    ['a mapping', withNodeClass({ amiAlias: AmiAlias.windows2022Latest() }, { nodeAccess: NodeAccess.awsAuth({ windows: false }) }), 'EC2NodeClass "default"', 'awsAuth'],
    ['Karpenter v0, Windows 2019', withNodeTemplate({ amiFamily: AmiFamily.WINDOWS_2019 }), 'AWSNodeTemplate "default"', 'auto'],
    ['Karpenter v0, Windows 2022', withNodeTemplate({ name: 'win', amiFamily: AmiFamily.WINDOWS_2022 }), 'AWSNodeTemplate "win"', 'auto'],
  ])('%s', (_, given, nodeClass, choice) => {
    expect(() => migrate(given)).toThrow(`${nodeClass} has Windows nodes, and \`nodeAccess\` lets nodes in as Linux, so that their pods would reach no Service: `
      + `set \`nodeAccess\` to NodeAccess.${choice}({ windows: true })`);
  });

  test('those of a node class that is added, too', () => {
    const { migration } = migrate(withNodeClass({}));
    expect(() => migration.addNodeClass('Windows', { name: 'win', amiAlias: AmiAlias.windows2022Latest() })).toThrow('EC2NodeClass "win" has Windows nodes');
    const v0 = migrate().migration;
    expect(() => v0.addNodeTemplate('Windows', { name: 'win', amiFamily: AmiFamily.WINDOWS_2022 })).toThrow('AWSNodeTemplate "win" has Windows nodes');
  });
});

test('windows: true needs no Windows node class, which may be made elsewhere', () => {
  expect(() => migrate(withNodeClass({}, { nodeAccess: NodeAccess.auto({ windows: true }) }))).not.toThrow();
});

describe('nodes that run Windows are taken', () => {
  test.each<[string, Given]>([
    ['with windows: true', withNodeClass({ amiAlias: AmiAlias.windows2022Latest() }, { nodeAccess: NodeAccess.auto({ windows: true }) })],
    ['where the user lets them in', withNodeClass({ amiAlias: AmiAlias.windows2022Latest() }, { nodeAccess: NodeAccess.unmanaged() })],
    ['with an instance profile, whose role may be let in elsewhere', withNodeRole(withNodeClass({ amiAlias: AmiAlias.windows2022Latest(), instanceProfile: 'windows' }))],
    ['with images whose system nobody knows', withNodeClass({ ...OWN_IMAGES, amiFamily: NodeClassAmiFamily.CUSTOM })],
    ['in Karpenter v0 with windows: true', withNodeTemplate({ amiFamily: AmiFamily.WINDOWS_2022 }, { nodeAccess: NodeAccess.awsAuth({ windows: true }) })],
    ['in Karpenter v0 with an instance profile', withNodeTemplate({ amiFamily: AmiFamily.WINDOWS_2022, instanceProfileName: 'windows' })],
  ])('%s', (_, given) => {
    expect(() => migrate(given)).not.toThrow();
  });
});
