import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { SPOT_ROLE_NAME, SPOT_ROLE_TYPE, SPOT_SERVICE, SpotRoleProperties } from './contract';
import { REVISION } from '../../cluster/shapes';
import { partitionOf } from '../../custom-resources/arns';
import { AwsProvider } from '../../custom-resources/aws-provider';
import { twoPhaseResource } from '../../custom-resources/two-phase-provider';
import { checkShape, Shape } from '../../input/shape';

/** When the role is looked for. */
export interface SpotServiceLinkedRoleProps {
  /**
   * Any text; another one makes the next deployment look again.
   *
   * @default - it is looked for in the first deployment
   */
  readonly revision?: string;
}

const SHAPE: Shape<SpotServiceLinkedRoleProps> = { revision: REVISION };

/**
 * Makes sure of the role `AWSServiceRoleForEC2Spot`, without which EC2 launches no Spot instance in the account.
 *
 * An account has it once Spot was used from the console; Karpenter may not make it. One that exists is left alone. It is never deleted,
 * because others in the account may launch Spot instances by then.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/service-linked-roles-spot-instance-requests.html
 */
export class SpotServiceLinkedRole extends Construct {
  public constructor(scope: Construct, id: string, props: SpotServiceLinkedRoleProps = {}) {
    super(scope, id);
    checkShape('SpotServiceLinkedRole', props, SHAPE);
    const provider = AwsProvider.getOrCreate(this);
    const role = `arn:${partitionOf(this)}:iam::${Stack.of(this).account}:role/aws-service-role/${SPOT_SERVICE}/${SPOT_ROLE_NAME}`;
    const properties: SpotRoleProperties = { Revision: props.revision };
    provider.allow(twoPhaseResource(this, provider, SPOT_ROLE_TYPE, properties), [
      { actions: ['iam:GetRole'], resources: [role] },
      { actions: ['iam:CreateServiceLinkedRole'], resources: [role], conditions: { StringEquals: { 'iam:AWSServiceName': SPOT_SERVICE } } },
    ]);
  }
}
