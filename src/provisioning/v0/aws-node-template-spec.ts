import { AWSNodeTemplateOptions, AmiFamily } from './aws-node-template-options';
import { renderBlockDeviceMappings } from '../block-device';
import { checkTags, checkUserData } from '../ec2-checks';
import { KARPENTER_V0 } from './karpenter-rules';
import { renderMetadataOptions } from '../metadata-options';
import { AMI_RULES, SECURITY_GROUP_RULES, SUBNET_RULES, Selector, checkSelector } from './selectors';

/** The tag by which the guide lets Karpenter find subnets and security groups. */
const DISCOVERY_TAG = 'karpenter.sh/discovery';

/** What Karpenter uses where no metadata options are given. */
const DEFAULT_HOP_LIMIT = 2;

/** What a launch template holds itself. */
const EXCLUDED_BY_LAUNCH_TEMPLATE: (keyof AWSNodeTemplateOptions)[] = [
  'securityGroupSelector', 'amiSelector', 'amiFamily', 'instanceProfileName', 'userData', 'metadataOptions', 'blockDeviceMappings',
];

/** The spec of a node template as the API has it; throws on what Karpenter's webhooks or EC2 would refuse. */
export function renderAWSNodeTemplateSpec(options: AWSNodeTemplateOptions, clusterName: string): object {
  const discovery = { [DISCOVERY_TAG]: clusterName };
  const subnetSelector = options.subnetSelector ?? discovery;
  const securityGroupSelector = options.securityGroupSelector ?? (options.launchTemplateName === undefined ? discovery : undefined);
  checkLaunchTemplate(options);
  checkSelectors(options, subnetSelector, securityGroupSelector);
  checkFamily(options);
  checkTags(options.tags ?? {}, KARPENTER_V0.tags);
  checkUserData(options.userData);
  return {
    subnetSelector,
    securityGroupSelector,
    amiSelector: options.amiSelector,
    amiFamily: options.amiFamily,
    instanceProfile: options.instanceProfileName,
    userData: options.userData,
    tags: options.tags,
    metadataOptions: options.metadataOptions && renderMetadataOptions(options.metadataOptions, DEFAULT_HOP_LIMIT),
    blockDeviceMappings: options.blockDeviceMappings && renderBlockDeviceMappings(options.blockDeviceMappings),
    detailedMonitoring: options.detailedMonitoring,
    context: options.context,
    launchTemplate: options.launchTemplateName,
  };
}

function checkLaunchTemplate(options: AWSNodeTemplateOptions): void {
  if (options.launchTemplateName === undefined) {
    return;
  }
  const excluded = EXCLUDED_BY_LAUNCH_TEMPLATE.filter((property) => options[property] !== undefined);
  if (excluded.length > 0) {
    throw new Error(`\`launchTemplateName\` ("${options.launchTemplateName}") excludes ${excluded.map((each) => `\`${each}\``).join(', ')}: `
      + 'set it in the launch template, or let Karpenter make launch templates');
  }
}

/** Whether nodes of a template run Windows; images of one's own may, unseen. */
export function runsWindows({ amiFamily }: AWSNodeTemplateOptions): boolean {
  return amiFamily === AmiFamily.WINDOWS_2019 || amiFamily === AmiFamily.WINDOWS_2022;
}

function checkSelectors(options: AWSNodeTemplateOptions, subnets: Selector, securityGroups: Selector | undefined): void {
  checkSelector(SUBNET_RULES, subnets);
  if (securityGroups) {
    checkSelector(SECURITY_GROUP_RULES, securityGroups);
  }
  if (options.amiSelector) {
    checkSelector(AMI_RULES, options.amiSelector);
  }
}

function checkFamily(options: AWSNodeTemplateOptions): void {
  if (options.amiFamily === AmiFamily.CUSTOM && !options.amiSelector) {
    throw new Error(`\`amiFamily\` is ${options.amiFamily} and \`amiSelector\` is not set: set it, as there is no image to choose otherwise`);
  }
  if (runsWindows(options) && options.userData !== undefined) {
    throw new Error(`\`userData\` is set and \`amiFamily\` is ${options.amiFamily}, for which Karpenter does not support it: remove \`userData\``);
  }
}
