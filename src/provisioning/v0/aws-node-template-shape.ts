import { AmiFamily, AWSNodeTemplateOptions } from './aws-node-template-options';
import { ANY_TEXT, FLAG, list, map, oneOf, TEXT } from '../../input/kinds';
import { Shape, struct } from '../../input/shape';
import { BLOCK_DEVICE_MAPPING, INSTANCE_PROFILE_NAME, METADATA_OPTIONS, TAGS } from '../shapes';

const SELECTOR = map(ANY_TEXT);

export const AWS_NODE_TEMPLATE_OPTIONS: Shape<AWSNodeTemplateOptions> = {
  name: ANY_TEXT,
  subnetSelector: SELECTOR,
  securityGroupSelector: SELECTOR,
  amiSelector: SELECTOR,
  amiFamily: oneOf(AmiFamily),
  instanceProfileName: INSTANCE_PROFILE_NAME,
  userData: ANY_TEXT,
  tags: TAGS,
  metadataOptions: struct(METADATA_OPTIONS),
  blockDeviceMappings: list(struct(BLOCK_DEVICE_MAPPING)),
  detailedMonitoring: FLAG,
  context: TEXT,
  launchTemplateName: TEXT,
};
