import { Call } from '../../aws/gateway/call';
import { Report } from '../report';
import { World } from '../world';

const OURS = /:role\/Karpenter-KarpenterMigration(Aws|Kubernetes)/;
/** Fewer would show nothing. */
const LEAST_REFUSED = 10;
const THROTTLED = ['ec2', 'eks', 'autoscaling'];

/** EC2, EKS and Auto Scaling answer every second call of our functions that they ask for too much. */
export async function throttled<T>(world: World, body: () => Promise<T>): Promise<{ readonly result: T; readonly refused: number }> {
  let asked = 0;
  let refused = 0;
  const stop = world.aws.throttle(({ service }: Call, roleArn) => {
    if (!OURS.test(roleArn) || !THROTTLED.includes(service)) {
      return false;
    }
    asked += 1;
    refused += asked % 2;
    return asked % 2 === 1;
  });
  try {
    return { result: await body(), refused };
  } finally {
    stop();
  }
}

/** An installation in which they do. */
export async function installsThrottled(world: World, report: Report, body: () => Promise<void>): Promise<void> {
  const { refused } = await throttled(world, body);
  await report.check({ step: 'Deploy Karpenter', shows: 'survives', name: 'cdk deploy installs Karpenter although every second call of EC2, EKS and Auto Scaling is throttled' }, async () => {
    if (refused < LEAST_REFUSED) {
      throw new Error(`only ${refused} calls were throttled`);
    }
    return `${refused} calls were throttled`;
  });
}
