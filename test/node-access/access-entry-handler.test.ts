import { isComplete, onEvent, ProviderEvent, ResourceRequest } from '../../src/custom-resources/lifecycle';
import { accessEntryHandler } from '../../src/node-access/access-entry-handler';
import { AccessEntry, AccessEntryPort } from '../../src/node-access/access-entry-plan';
import { ACCESS_ENTRY_TYPE, AccessEntryContract, NodeEntryType } from '../../src/node-access/contract';

const ROLE = 'arn:aws:iam::111111111111:role/nodes';
const FORMER = 'arn:aws:iam::111111111111:role/former';
const PROPERTIES: AccessEntryContract = {
  ClusterName: 'prod', RoleArn: ROLE, Type: 'EC2_LINUX', Owner: 'Stack/Migration/AccessEntry', Kind: 'auto',
};
const OURS = { 'cdk-karpenter-migration/owner': 'Stack/Migration/AccessEntry' };

/** A cluster with a clock of its own, as EKS has it; `beforeCreate` lets somebody else be quicker. */
class FakeEntries implements AccessEntryPort {
  public readonly entries = new Map<string, AccessEntry>();
  public readonly roles = new Map<string, number>([[ROLE, 1], [FORMER, 1]]);
  public readonly writes: string[] = [];
  public nodegroups: string[] = [];
  public clock = 100;

  public constructor(public mode: string, public beforeCreate = (): void => undefined) {}

  public put(principalArn: string, type: string, tags: Record<string, string> = {}): void {
    this.entries.set(principalArn, { principalArn, type, arn: `entry of ${principalArn}`, createdAt: this.clock++, tags });
  }

  public async authenticationMode(): Promise<string> {
    return this.mode;
  }

  public async find(principalArn: string): Promise<AccessEntry | undefined> {
    this.refuseInWrongMode();
    return this.entries.get(principalArn);
  }

  public async ofRoles(): Promise<AccessEntry[]> {
    this.refuseInWrongMode();
    return [...this.entries.values()];
  }

  public async create(principalArn: string, type: NodeEntryType, tags: Record<string, string>): Promise<'created' | 'taken' | 'unknown role'> {
    this.refuseInWrongMode();
    this.beforeCreate();
    if (this.entries.has(principalArn)) {
      return 'taken';
    }
    if (!this.roles.has(principalArn)) {
      return 'unknown role';
    }
    this.put(principalArn, type, tags);
    this.writes.push(`create ${type} ${principalArn}`);
    return 'created';
  }

  public async tag(entryArn: string, tags: Record<string, string>): Promise<void> {
    const found = [...this.entries.values()].find(({ arn }) => arn === entryArn)!;
    this.entries.set(found.principalArn, { ...found, tags: { ...found.tags, ...tags } });
    this.writes.push(`tag ${found.principalArn}`);
  }

  public async remove(principalArn: string): Promise<void> {
    this.entries.delete(principalArn);
    this.writes.push(`remove ${principalArn}`);
  }

  public async roleCreatedAt(roleArn: string): Promise<number | undefined> {
    return this.roles.get(roleArn);
  }

  public async nodegroupRoles(): Promise<string[]> {
    return this.nodegroups;
  }

  private refuseInWrongMode(): void {
    if (this.mode === 'CONFIG_MAP') {
      throw Object.assign(new Error('The cluster\'s authentication mode must be set to one of [API, API_AND_CONFIG_MAP]'), { name: 'InvalidRequestException' });
    }
  }
}

function scene(mode = 'API_AND_CONFIG_MAP') {
  const port = new FakeEntries(mode);
  const asked: string[] = [];
  const handler = accessEntryHandler((clusterName) => {
    asked.push(clusterName);
    return port;
  });
  const request = (type: ResourceRequest<unknown>['type'], changes: Partial<AccessEntryContract> = {}): ResourceRequest<AccessEntryContract> => ({
    type, properties: { ...PROPERTIES, ...changes }, physicalId: 'id', stackId: 'stack', logicalId: 'Entry', requestId: 'r', elapsed: 120_000,
  });
  const create = (changes?: Partial<AccessEntryContract>) => handler.apply(request('Create', changes));
  const update = (changes?: Partial<AccessEntryContract>) => handler.apply({ ...request('Update', changes), oldProperties: PROPERTIES });
  const remove = (changes?: Partial<AccessEntryContract>) => handler.remove(request('Delete', changes));
  return { port, asked, handler, request, create, update, remove };
}

test('a creation makes an entry with our tag, a deletion takes it away', async () => {
  const { port, asked, create, remove } = scene();

  expect(await create()).toEqual({ done: true });
  expect(port.entries.get(ROLE)).toMatchObject({ type: 'EC2_LINUX', tags: OURS });
  expect(await remove()).toEqual({ done: true });
  expect([...port.entries]).toEqual([]);
  expect(new Set(asked)).toEqual(new Set(['prod']));
});

test('a second creation, an update without change and a second deletion write nothing', async () => {
  const { port, create, update, remove } = scene();
  await create();
  await create();
  await update();
  expect(port.writes).toEqual([`create EC2_LINUX ${ROLE}`]);
  await remove();
  await remove();
  expect(port.writes).toEqual([`create EC2_LINUX ${ROLE}`, `remove ${ROLE}`]);
});

test('an entry of somebody else that fits is left alone and outlives us', async () => {
  const { port, create, remove } = scene();
  port.put(ROLE, 'EC2_LINUX', { team: 'platform' });

  await create();
  await remove();
  expect(port.writes).toEqual([]);
  expect(port.entries.has(ROLE)).toBe(true);
});

test('an entry of somebody else of another type is an error, and its deletion too leaves it alone', async () => {
  const { port, create, remove } = scene();
  port.put(ROLE, 'STANDARD');

  await expect(create()).rejects.toThrow(/is of type STANDARD, its nodes need EC2_LINUX/);
  await remove();
  expect(port.writes).toEqual([]);
});

test('another type of ours is made anew in one call, also after half of it', async () => {
  const { port, create, update } = scene();
  await create();
  await update({ Type: 'EC2_WINDOWS' });
  expect(port.entries.get(ROLE)).toMatchObject({ type: 'EC2_WINDOWS', tags: OURS });
  expect(port.writes).toEqual([`create EC2_LINUX ${ROLE}`, `remove ${ROLE}`, `create EC2_WINDOWS ${ROLE}`]);

  await port.remove(ROLE);
  await update();
  expect(port.entries.get(ROLE)).toMatchObject({ type: 'EC2_LINUX', tags: OURS });
});

test('an entry of ours that is older than the role lets nobody in and is made anew', async () => {
  const { port, create } = scene();
  await create();
  port.roles.set(ROLE, port.clock++);

  await create();
  expect(port.entries.get(ROLE)!.createdAt).toBeGreaterThan(port.roles.get(ROLE)!);
});

test('a change of the role leaves the former entry to its nodes, and the removal takes both', async () => {
  const { port, handler, create, update, remove } = scene();
  await create({ RoleArn: FORMER });
  await update();

  expect(handler.identify({ ...PROPERTIES, RoleArn: FORMER })).toBe(handler.identify(PROPERTIES));
  expect([...port.entries.keys()]).toEqual([FORMER, ROLE]);
  await remove();
  expect([...port.entries.keys()]).toEqual([]);
});

test('what an abandoned stack entered goes with what its successor enters', async () => {
  const { port, request, handler, create, remove } = scene();
  await create({ RoleArn: FORMER });

  await handler.apply({ ...request('Create'), stackId: 'another stack of the same name' });
  await remove();
  expect([...port.entries.keys()]).toEqual([]);
});

test('a successor of another name takes over the entry of the same role', async () => {
  const { port, create, remove } = scene();
  await create();
  await create({ Owner: 'Next/Migration/AccessEntry' });
  expect(port.writes.at(-1)).toBe(`tag ${ROLE}`);

  await remove();
  expect(port.entries.has(ROLE)).toBe(true);
  await remove({ Owner: 'Next/Migration/AccessEntry' });
  expect(port.entries.has(ROLE)).toBe(false);
});

test('the entry of a role that a managed node group has stays', async () => {
  const warn = jest.spyOn(console, 'warn').mockImplementation();
  const { port, create, remove } = scene('API');
  await create();
  port.nodegroups = [ROLE];

  await remove();
  expect(port.entries.has(ROLE)).toBe(true);
  expect(warn).toHaveBeenCalledWith(expect.stringContaining(`the access entry of ${ROLE} stays: a managed node group has that role`));
  warn.mockRestore();
});

describe('the mode', () => {
  test.each<[AccessEntryContract['Kind'], string, boolean]>([
    ['auto', 'CONFIG_MAP', false],
    ['auto', 'API_AND_CONFIG_MAP', true],
    ['auto', 'API', true],
    ['access-entry', 'API', true],
    ['aws-auth', 'API_AND_CONFIG_MAP', false],
    ['aws-auth', 'CONFIG_MAP', false],
  ])('with %s in %s there is an entry: %s', async (Kind, mode, entered) => {
    const { port, create, remove } = scene(mode);

    expect(await create({ Kind })).toEqual({ done: true });
    expect(port.entries.has(ROLE)).toBe(entered);
    expect(await remove({ Kind })).toEqual({ done: true });
    expect(port.entries.has(ROLE)).toBe(false);
  });

  test('that changes in a living migration brings the entry with the next deployment', async () => {
    const { port, create, update, remove } = scene('CONFIG_MAP');
    await create();
    expect(port.writes).toEqual([]);

    port.mode = 'API_AND_CONFIG_MAP';
    await update({ Revision: '2' });
    port.mode = 'API';
    await update({ Revision: '3' });
    expect(port.writes).toEqual([`create EC2_LINUX ${ROLE}`]);
    await remove();
    expect(port.entries.has(ROLE)).toBe(false);
  });

  test('that takes no entries contradicts the choice of one', async () => {
    await expect(scene('CONFIG_MAP').create({ Kind: 'access-entry' })).rejects.toThrow(/takes no access entries, nodes would never join: set `nodeAccess`/);
  });

  test('does not matter to an entry from before the choice became aws-auth, which goes with the removal', async () => {
    const { port, create, update, remove } = scene();
    await create();
    await update({ Kind: 'aws-auth' });
    expect(port.entries.has(ROLE)).toBe(true);
    await remove({ Kind: 'aws-auth' });
    expect(port.entries.has(ROLE)).toBe(false);
  });
});

test('an entry that somebody else makes at the same moment is looked at again', async () => {
  const { port, create } = scene();
  port.beforeCreate = () => port.put(ROLE, 'EC2_LINUX', { team: 'platform' });

  expect(await create()).toEqual({ done: true });
  expect(port.writes).toEqual([]);
});

test('somebody who makes and deletes it all the time makes it wait', async () => {
  const { port, create } = scene();
  port.find = async () => undefined;
  port.create = async () => 'taken';

  expect(await create()).toEqual({ done: false, waitingFor: expect.stringContaining('made and deleted by others faster') });
});

test('a role that EKS does not know yet is waited for', async () => {
  const { port, create } = scene();
  port.roles.delete(ROLE);
  expect(await create()).toEqual({ done: false, waitingFor: `EKS does not know the role ${ROLE} (yet)` });
  port.roles.set(ROLE, 1);
  expect(await create()).toEqual({ done: true });
});

test('rights that were granted a moment ago are waited for, and missed after a minute', async () => {
  const { port, handler, request } = scene();
  port.find = async () => {
    throw Object.assign(new Error('User is not authorized to perform: eks:DescribeAccessEntry'), { name: 'AccessDeniedException' });
  };
  expect(await handler.apply({ ...request('Create'), elapsed: 1000 })).toMatchObject({ done: false });
  await expect(handler.apply(request('Create'))).rejects.toThrow('eks:DescribeAccessEntry');
});

test('bad properties are refused in the first phase, and the whole request goes through both', async () => {
  const { port, handler } = scene();
  const handlers = { [ACCESS_ENTRY_TYPE]: handler };
  const event = (changes: Record<string, unknown>): ProviderEvent => ({
    RequestType: 'Create',
    ResourceType: ACCESS_ENTRY_TYPE,
    ResourceProperties: { ...PROPERTIES, ...changes },
    LogicalResourceId: 'Entry',
    StackId: 'stack',
    RequestId: 'request',
  });

  expect(() => onEvent(handlers, event({ Type: 'STANDARD' }), new Date())).toThrow('property Type must be one of EC2_LINUX, EC2_WINDOWS, got "STANDARD"');
  expect(() => onEvent(handlers, event({ Kind: 'unmanaged' }), new Date())).toThrow('property Kind must be one of auto, access-entry, aws-auth');
  const first = onEvent(handlers, event({}), new Date());
  expect(first.PhysicalResourceId).toBe('karpenter-access-entry/prod');
  expect(port.writes).toEqual([]);
  expect(await isComplete(handlers, { ...event({}), ...first }, new Date())).toEqual({ IsComplete: true, Data: undefined });
  expect(port.writes).toHaveLength(1);
});
