import { _InstanceType, DescribeInstancesCommand, RunInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { sleep } from '../../cluster/processes';
import { until } from '../../cluster/until';
import { World } from '../world';

/** Large ones first, so that few take all. */
const TYPES: ReadonlyArray<{ readonly type: _InstanceType; readonly vcpus: number }> = [
  { type: 'm5.24xlarge', vcpus: 96 }, { type: 'm5.4xlarge', vcpus: 16 }, { type: 'm5.xlarge', vcpus: 4 }, { type: 'm5.large', vcpus: 2 },
];
const IMAGE = 'ami-0e0001000000000b1';
const LOOK_MILLISECONDS = 2000;

/** Somebody else in the account, who takes every vCPU that the quota has left, and what becomes free, until they leave. */
export class Neighbours {
  private readonly instances: string[] = [];
  private stays = true;
  private loop?: Promise<void>;

  constructor(private readonly world: World) {}

  /** Gives how many vCPUs they took. */
  public async takeAll(): Promise<number> {
    const taken = await this.take();
    this.loop = this.goOn();
    // Who waits until they have left hears of it.
    this.loop.catch(() => undefined);
    return taken;
  }

  public async leave(): Promise<void> {
    this.stays = false;
    await this.loop;
    if (this.instances.length === 0) {
      return;
    }
    await this.world.ec2.send(new TerminateInstancesCommand({ InstanceIds: this.instances }));
    await until('the instances of others have ended', 60, async () => {
      const { Reservations = [] } = await this.world.ec2.send(new DescribeInstancesCommand({ InstanceIds: this.instances }));
      return Reservations.flatMap(({ Instances = [] }) => Instances).every(({ State }) => State?.Name === 'terminated');
    });
  }

  private async goOn(): Promise<void> {
    while (this.stays) {
      await sleep(LOOK_MILLISECONDS);
      await this.take();
    }
  }

  private async take(): Promise<number> {
    let taken = 0;
    for (const { type, vcpus } of TYPES) {
      while (await this.launch(type)) {
        taken += vcpus;
      }
    }
    return taken;
  }

  private async launch(type: _InstanceType): Promise<boolean> {
    try {
      const { Instances = [] } = await this.world.ec2.send(new RunInstancesCommand({
        ImageId: IMAGE, InstanceType: type, MinCount: 1, MaxCount: 1, SubnetId: this.world.customer.publicSubnetId,
      }));
      this.instances.push(Instances[0].InstanceId!);
      return true;
    } catch (error) {
      if ((error as Error).name === 'VcpuLimitExceeded') {
        return false;
      }
      throw error;
    }
  }
}
