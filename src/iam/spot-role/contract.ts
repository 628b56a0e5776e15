/** The role by which EC2 launches Spot instances, once per account; served by the AWS function. */
export const SPOT_ROLE_TYPE = 'Custom::KarpenterSpotServiceLinkedRole';

export const SPOT_SERVICE = 'spot.amazonaws.com';
export const SPOT_ROLE_NAME = 'AWSServiceRoleForEC2Spot';

export interface SpotRoleProperties {
  readonly Revision?: string;
}
