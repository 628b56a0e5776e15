import { CloudFormationClient, DeleteStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { clientConfig } from '../../aws/client-config';
import { until } from '../../cluster/until';
import { VARIANT } from '../karpenter-objects';
import { Report } from '../report';
import { Before, differences, nothingDiffers } from '../scenario';
import { World } from '../world';

const STACK = 'Karpenter';
/** It is no resource of anybody's. */
const METADATA = 'AWS::CDK::Metadata';

/** Every resource of the default template fails once when it is created: CloudFormation takes back all that was there by then. */
export async function rollsBackAtEach(world: World, report: Report, before: Before): Promise<void> {
  const { Resources } = await world.cdk.synth(VARIANT);
  const all = Object.entries(Resources).filter(([, { Type }]) => Type !== METADATA);
  for (const [id, { Type }] of all) {
    await report.check({ step: 'Assumptions', shows: 'undone', name: `a creation that fails at ${id} (${Type}) leaves nothing behind` }, async () => {
      const { code, output, seconds } = await world.cdk.deploy(VARIANT, { broken: id });
      if (code === 0) {
        throw new Error('the deployment succeeded');
      }
      const failed = output.split('\n').filter(line => line.includes('CREATE_FAILED'));
      if (!failed.some(line => line.includes('AWS::Lambda::Function'))) {
        throw new Error(`it failed elsewhere: ${failed.join('; ') || output.slice(-800)}`);
      }
      await deleteStack(world);
      return `${nothingDiffers(await differences(world, before), before)}, ${seconds.toFixed(0)} s`;
    });
  }
}

/** One that was rolled back is nothing but its own events. */
async function deleteStack(world: World): Promise<void> {
  const client = new CloudFormationClient(clientConfig(world.aws));
  await client.send(new DeleteStackCommand({ StackName: STACK }));
  await until('the stack is deleted', 120, async () => {
    try {
      const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: STACK }));
      return Stacks?.every(({ StackStatus }) => StackStatus === 'DELETE_COMPLETE');
    } catch (error) {
      if (/does not exist/.test((error as Error).message)) {
        return true;
      }
      throw error;
    }
  });
}
