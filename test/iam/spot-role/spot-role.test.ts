import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { spotRoleHandler, SpotRolePort } from '../../../src/iam/spot-role/handler';
import { IamSpotRole } from '../../../src/iam/spot-role/spot-role.aws';
import { SpotServiceLinkedRole } from '../../../src/iam/spot-role/spot-service-linked-role';
import { request } from '../../preflight/facts';

class FakeAccount implements SpotRolePort {
  public creations = 0;

  public constructor(public role: boolean) {}

  public async exists(): Promise<boolean> {
    return this.role;
  }

  public async create(): Promise<void> {
    this.creations++;
    this.role = true;
  }
}

describe('the role', () => {
  test('is made where there is none, once', async () => {
    const account = new FakeAccount(false);
    const handler = spotRoleHandler(account);
    expect(await handler.apply(request('Create', {}))).toEqual({ done: true });
    expect(await handler.apply(request('Update', {}))).toEqual({ done: true });
    expect(account.creations).toBe(1);
  });

  test('is left alone where there is one', async () => {
    const account = new FakeAccount(true);
    await spotRoleHandler(account).apply(request('Create', {}));
    expect(account.creations).toBe(0);
  });

  test('is never deleted', async () => {
    const account = new FakeAccount(true);
    expect(await spotRoleHandler(account).remove(request('Delete', {}))).toEqual({ done: true });
    expect(account.role).toBe(true);
  });

  test('waits for rights that were granted a moment ago, and fails when they do not come', async () => {
    const denied = Object.assign(new Error('not authorized to perform: iam:GetRole'), { name: 'AccessDenied' });
    const handler = spotRoleHandler({ exists: () => Promise.reject(denied), create: () => Promise.reject(denied) });
    expect(await handler.apply(request('Create', {}, { elapsed: 1000 }))).toMatchObject({ done: false });
    await expect(handler.apply(request('Create', {}, { elapsed: 120_000 }))).rejects.toThrow('iam:GetRole');
  });
});

/** IAM answers a list of errors and successes, in this order. */
function iam(answers: (string | undefined)[]) {
  const sent: string[] = [];
  const client = {
    send: async (command: { readonly constructor: { readonly name: string }; readonly input: object }) => {
      sent.push(`${command.constructor.name} ${Object.values(command.input).join()}`);
      const name = answers.shift();
      if (name) {
        throw Object.assign(new Error(name), { name });
      }
      return {};
    },
  };
  return { role: new IamSpotRole(client as any), sent };
}

describe('IAM', () => {
  test('is asked for the role by its name', async () => {
    const { role, sent } = iam([undefined, 'NoSuchEntityException']);
    expect([await role.exists(), await role.exists()]).toEqual([true, false]);
    expect(sent).toEqual(['GetRoleCommand AWSServiceRoleForEC2Spot', 'GetRoleCommand AWSServiceRoleForEC2Spot']);
  });

  test('makes it for the service', async () => {
    const { role, sent } = iam([undefined]);
    await role.create();
    expect(sent).toEqual(['CreateServiceLinkedRoleCommand spot.amazonaws.com']);
  });

  test('may say that somebody else was quicker', async () => {
    const { role } = iam(['InvalidInputException', undefined]);
    await expect(role.create()).resolves.toBeUndefined();
  });

  test.each([[['InvalidInputException', 'NoSuchEntityException'], 'InvalidInputException'], [['ServiceFailure'], 'ServiceFailure']])(
    'fails otherwise: %j', async (answers, reason) => {
      await expect(iam([...answers]).role.create()).rejects.toThrow(reason);
    });

  test('fails to tell where it is not allowed to', async () => {
    await expect(iam(['AccessDenied']).role.exists()).rejects.toThrow('AccessDenied');
  });
});

test('the function may make this role only, and delete none', () => {
  const stack = new Stack(new App({ context: { 'aws:cdk:disable-asset-staging': true } }), 'Test', { env: { account: '111111111111', region: 'us-east-1' } });
  new SpotServiceLinkedRole(stack, 'Spot', { revision: '2' });
  const template = Template.fromStack(stack);
  const arn = 'arn:aws:iam::111111111111:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot';
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        { Effect: 'Allow', Action: 'iam:GetRole', Resource: arn },
        {
          Effect: 'Allow',
          Action: 'iam:CreateServiceLinkedRole',
          Resource: arn,
          Condition: { StringEquals: { 'iam:AWSServiceName': 'spot.amazonaws.com' } },
        },
      ]),
    },
  });
  template.hasResourceProperties('Custom::KarpenterSpotServiceLinkedRole', { Revision: '2' });
  expect(JSON.stringify(template.toJSON())).not.toContain('iam:DeleteServiceLinkedRole');
});
