import { DescribeInstancesCommand, EC2Client, Instance } from '@aws-sdk/client-ec2';
import { FleetAws } from '../../../src/karpenter/api/fleet.aws';
import { V0_API } from '../../../src/karpenter/v0/api';
import { OWNER_KEY } from '../../workflow/removal/fakes';

/** Instances in pages of one. */
class FakeEc2 extends EC2Client {
  public filters: unknown;

  constructor(private readonly all: Instance[]) {
    super({ region: 'us-east-1' });
  }

  public send = async (command: unknown): Promise<any> => {
    if (!(command instanceof DescribeInstancesCommand)) {
      throw new Error('unexpected call');
    }
    this.filters = command.input.Filters;
    const start = Number(command.input.NextToken ?? 0);
    const end = start + 1;
    return { Reservations: [{ Instances: this.all.slice(start, end) }], NextToken: end < this.all.length ? String(end) : undefined };
  };
}

test('instances of this cluster\'s karpenter that EC2 still has are told with their Provisioner, from all pages', async () => {
  const instance = (InstanceId: string, Name: 'running' | 'shutting-down'): Instance =>
    ({ InstanceId, State: { Name }, Tags: [{ Key: 'Name', Value: 'x' }, { Key: OWNER_KEY, Value: 'default' }] });
  const ec2 = new FakeEc2([instance('i-1', 'running'), instance('i-2', 'shutting-down')]);
  expect(await new FleetAws('prod', V0_API, ec2).instances()).toEqual([
    { id: 'i-1', pool: 'default', leaving: false },
    { id: 'i-2', pool: 'default', leaving: true },
  ]);
  expect(ec2.filters).toEqual([
    { Name: 'tag-key', Values: [OWNER_KEY] },
    { Name: 'tag:kubernetes.io/cluster/prod', Values: ['owned'] },
    { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped', 'shutting-down'] },
  ]);
});
