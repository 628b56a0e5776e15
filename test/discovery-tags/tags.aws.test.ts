import { EC2Client } from '@aws-sdk/client-ec2';
import { Ec2DiscoveryTags } from '../../src/discovery-tags/tags.aws';

/** Answers each command by its name and keeps what was asked. */
class FakeEc2 extends EC2Client {
  public readonly asked: [string, any][] = [];

  constructor(private readonly answers: Record<string, any[]>) {
    super({ region: 'us-east-1' });
  }

  public override send(command: any): any {
    const name = command.constructor.name;
    this.asked.push([name, command.input]);
    const answer = this.answers[name]?.shift() ?? {};
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }
}

test('everything that carries a tag is read to the last page', async () => {
  const ec2 = new FakeEc2({
    DescribeSubnetsCommand: [
      { Subnets: [{ SubnetId: 'subnet-1', Tags: [{ Key: 'k', Value: 'v' }] }], NextToken: 'more' },
      { Subnets: [{ SubnetId: 'subnet-2', Tags: [{ Key: 'k', Value: '' }] }] },
    ],
    DescribeSecurityGroupsCommand: [{ SecurityGroups: [{ GroupId: 'sg-1', Tags: [{ Key: 'k', Value: 'v' }] }] }],
  });
  expect(await new Ec2DiscoveryTags(ec2).carrying(['k', 'l'])).toEqual([
    { id: 'subnet-1', kind: 'subnet', tags: { k: 'v' } },
    { id: 'subnet-2', kind: 'subnet', tags: { k: '' } },
    { id: 'sg-1', kind: 'security-group', tags: { k: 'v' } },
  ]);
  expect(ec2.asked.map(([, input]) => input.Filters)).toEqual(Array(3).fill([{ Name: 'tag-key', Values: ['k', 'l'] }]));
});

test('tags are added in one call and removed by key and value', async () => {
  const ec2 = new FakeEc2({});
  const tags = new Ec2DiscoveryTags(ec2);
  await tags.add(['subnet-1', 'sg-1'], { a: '1', b: '2' });
  await tags.remove(['subnet-1', 'sg-1'], { a: '1' });
  expect(ec2.asked).toEqual([
    ['CreateTagsCommand', { Resources: ['subnet-1', 'sg-1'], Tags: [{ Key: 'a', Value: '1' }, { Key: 'b', Value: '2' }] }],
    ['DeleteTagsCommand', { Resources: ['subnet-1', 'sg-1'], Tags: [{ Key: 'a', Value: '1' }] }],
  ]);
});

test('more resources than EC2 takes are tagged in several calls', async () => {
  const ec2 = new FakeEc2({});
  const ids = Array.from({ length: 450 }, (_, index) => `subnet-${index}`);
  await new Ec2DiscoveryTags(ec2).add(ids, { a: '1' });
  expect(ec2.asked.map(([, { Resources }]) => Resources.length)).toEqual([200, 200, 50]);
  expect(ec2.asked.flatMap(([, { Resources }]) => Resources)).toEqual(ids);
});

test('one of several that is gone keeps no other from losing its tags', async () => {
  const gone = () => Object.assign(new Error('gone'), { name: 'InvalidSubnetID.NotFound' });
  const ec2 = new FakeEc2({ DeleteTagsCommand: [gone(), gone()] });
  await new Ec2DiscoveryTags(ec2).remove(['subnet-1', 'subnet-2'], { a: '1' });
  expect(ec2.asked.map(([, { Resources }]) => Resources)).toEqual([['subnet-1', 'subnet-2'], ['subnet-1'], ['subnet-2']]);
});

test.each(['InvalidSubnetID.NotFound', 'InvalidGroup.NotFound'])('a resource that is gone (%s) has no tags to remove', async (name) => {
  const ec2 = new FakeEc2({ DeleteTagsCommand: [Object.assign(new Error('gone'), { name })] });
  await expect(new Ec2DiscoveryTags(ec2).remove(['subnet-1'], { a: '1' })).resolves.toBeUndefined();
});

test('other errors of a removal are passed on', async () => {
  const ec2 = new FakeEc2({ DeleteTagsCommand: [Object.assign(new Error('denied'), { name: 'UnauthorizedOperation' })] });
  await expect(new Ec2DiscoveryTags(ec2).remove(['subnet-1'], { a: '1' })).rejects.toThrow('denied');
});
