import { isComplete, onEvent, ProviderEvent, ResourceRequest } from '../../src/custom-resources/lifecycle';
import { NODE_ACCESS_TYPE, NodeAccessProperties } from '../../src/node-access/contract';
import { nodeAccessHandler } from '../../src/node-access/handler';
import { AwsAuth, NodeAccessPort, VersionedAwsAuth } from '../../src/node-access/plan';
const FOREIGN = '- rolearn: arn:aws:iam::111111111111:role/Admin # keep\n  groups: [system:masters]\n';
const ROLE = 'arn:aws:iam::111111111111:role/team/KarpenterNode';

/** A ConfigMap with optimistic locking; `beforeWrite` lets somebody else be quicker. */
class FakeAwsAuth implements NodeAccessPort {
  public writes = 0;
  private version = 1;

  public constructor(public content: AwsAuth | undefined, public beforeWrite = (): void => undefined) {}

  public edit(content: AwsAuth | undefined): void {
    this.content = content;
    this.version++;
  }

  public async read(): Promise<VersionedAwsAuth | undefined> {
    return this.content && { content: this.content, version: String(this.version) };
  }

  public async create(content: AwsAuth): Promise<boolean> {
    return this.write(content, () => this.content === undefined);
  }

  public async replace(content: AwsAuth, version: string): Promise<boolean> {
    return this.write(content, () => this.content !== undefined && version === String(this.version));
  }

  public async discard(version: string): Promise<boolean> {
    return this.write(undefined, () => version === String(this.version));
  }

  private write(content: AwsAuth | undefined, allowed: () => boolean): boolean {
    this.beforeWrite();
    if (!allowed()) {
      return false;
    }
    this.writes++;
    this.edit(content);
    return true;
  }
}

function scene(content: AwsAuth | undefined = { data: { mapRoles: FOREIGN }, annotations: {} }) {
  const awsAuth = new FakeAwsAuth(content);
  const asked: string[][] = [];
  const cluster = { mode: 'CONFIG_MAP' };
  const handler = nodeAccessHandler(async (...which) => {
    asked.push(which);
    return awsAuth;
  }, async () => cluster.mode);
  const request = (
    roleArn = ROLE, type: ResourceRequest<unknown>['type'] = 'Create', changes: Partial<NodeAccessProperties> = {},
  ): ResourceRequest<NodeAccessProperties> => ({
    type,
    properties: { clusterName: 'prod', kubectlRoleArn: 'arn:kubectl', roleArn, owner: 'Stack/Mapping', kind: 'aws-auth', windows: false, ...changes },
    physicalId: 'id',
    stackId: 'stack',
    logicalId: 'Mapping',
    requestId: 'request',
    elapsed: 0,
  });
  return { awsAuth, asked, cluster, handler, request };
}

test('creation maps the role, deletion restores the ConfigMap', async () => {
  const { awsAuth, asked, handler, request } = scene();
  const before = awsAuth.content;

  expect(await handler.apply(request())).toEqual({ done: true });
  expect(awsAuth.content!.data.mapRoles).toContain('rolearn: arn:aws:iam::111111111111:role/KarpenterNode\n');
  expect(await handler.remove(request(ROLE, 'Delete'))).toEqual({ done: true });
  expect(awsAuth.content).toEqual(before);
  expect(asked[0]).toEqual(['prod', 'arn:kubectl']);
});

test('a second creation, an update without change and a second deletion write nothing', async () => {
  const { awsAuth, handler, request } = scene();

  await handler.apply(request());
  await handler.apply(request());
  await handler.apply({ ...request(ROLE, 'Update'), oldProperties: request().properties });
  expect(awsAuth.writes).toBe(1);
  await handler.remove(request(ROLE, 'Delete'));
  await handler.remove(request(ROLE, 'Delete'));
  expect(awsAuth.writes).toBe(2);
});

test('another role is another resource, whose predecessor goes after it has come', async () => {
  const { awsAuth, handler, request } = scene();
  const next = request('arn:aws:iam::111111111111:role/Next', 'Update');
  await handler.apply(request());

  expect(handler.identify(next.properties)).not.toBe(handler.identify(request().properties));
  await handler.apply(next);
  expect(awsAuth.content!.data.mapRoles).toMatch(/role\/KarpenterNode\n[^]*role\/Next\n/);
  await handler.remove(request(ROLE, 'Delete'));
  expect(awsAuth.content!.data.mapRoles).not.toContain('role/KarpenterNode');
  expect(awsAuth.content!.data.mapRoles).toContain('role/Next');
});

test('what an abandoned stack mapped goes with what its successor maps', async () => {
  const { awsAuth, handler, request } = scene();
  const before = awsAuth.content;
  const successor = request('arn:aws:iam::111111111111:role/Successor');
  await handler.apply(request());

  await handler.apply({ ...successor, stackId: 'another stack of the same name' });
  expect(awsAuth.content!.data.mapRoles).toMatch(/role\/KarpenterNode\n[^]*role\/Successor\n/);
  await handler.remove({ ...successor, type: 'Delete', stackId: 'another stack of the same name' });
  expect(awsAuth.content).toEqual(before);
});

test('an edit that comes between reading and writing is kept', async () => {
  const { awsAuth, handler, request } = scene();
  awsAuth.beforeWrite = () => {
    awsAuth.beforeWrite = () => undefined;
    awsAuth.edit({ data: { mapRoles: `${FOREIGN}- rolearn: quick\n` }, annotations: { theirs: 'x' } });
  };

  expect(await handler.apply(request())).toEqual({ done: true });
  expect(awsAuth.content!.data.mapRoles).toContain(`${FOREIGN}- rolearn: quick\n- groups:\n`);
  expect(awsAuth.content!.annotations.theirs).toBe('x');
});

test('a ConfigMap that somebody else makes at the same moment is edited, not replaced', async () => {
  const { awsAuth, handler, request } = scene();
  awsAuth.edit(undefined);
  awsAuth.beforeWrite = () => {
    awsAuth.beforeWrite = () => undefined;
    awsAuth.edit({ data: { mapRoles: FOREIGN }, annotations: {} });
  };

  expect(await handler.apply(request())).toEqual({ done: true });
  expect(awsAuth.content!.data.mapRoles.startsWith(FOREIGN)).toBe(true);
  await handler.remove(request(ROLE, 'Delete'));
  expect(awsAuth.content).toEqual({ data: { mapRoles: FOREIGN }, annotations: {} });
});

test('a ConfigMap that was made here goes with the entry, unless it was edited at that moment', async () => {
  const { awsAuth, handler, request } = scene();
  awsAuth.edit(undefined);
  await handler.apply(request());
  const made = awsAuth.content!;
  awsAuth.beforeWrite = () => {
    awsAuth.beforeWrite = () => undefined;
    awsAuth.edit({ ...made, data: { mapRoles: made.data.mapRoles + FOREIGN } });
  };

  await handler.remove(request(ROLE, 'Delete'));
  expect(awsAuth.content).toEqual({ data: { mapRoles: FOREIGN }, annotations: {} });

  awsAuth.edit(made);
  await handler.remove(request(ROLE, 'Delete'));
  expect(awsAuth.content).toBeUndefined();
});

describe('the choice and the mode of the cluster', () => {
  test.each<[NodeAccessProperties['kind'], string, boolean]>([
    ['aws-auth', 'CONFIG_MAP', true],
    ['aws-auth', 'API_AND_CONFIG_MAP', true],
    ['auto', 'CONFIG_MAP', true],
    ['auto', 'API_AND_CONFIG_MAP', false],
    ['auto', 'API', false],
    ['access-entry', 'CONFIG_MAP', false],
    ['access-entry', 'API', false],
  ])('with %s in mode %s the role is mapped: %s', async (kind, mode, mapped) => {
    const { awsAuth, cluster, handler, request } = scene();
    cluster.mode = mode;

    expect(await handler.apply(request(ROLE, 'Create', { kind }))).toEqual({ done: true });
    expect(awsAuth.content!.data.mapRoles.includes('role/KarpenterNode')).toBe(mapped);
  });

  test('a mapping stays when the mode takes access entries by now, and goes with the removal', async () => {
    const { awsAuth, cluster, handler, request } = scene();
    const before = awsAuth.content;
    const auto = request(ROLE, 'Create', { kind: 'auto' });
    await handler.apply(auto);
    const mapped = awsAuth.content;

    for (const mode of ['API_AND_CONFIG_MAP', 'API']) {
      cluster.mode = mode;
      await handler.apply({ ...auto, type: 'Update', oldProperties: auto.properties });
      expect(awsAuth.content).toEqual(mapped);
    }
    await handler.remove({ ...auto, type: 'Delete' });
    expect(awsAuth.content).toEqual(before);
  });

  test('what an abandoned stack mapped goes with a successor that maps nothing', async () => {
    const { awsAuth, cluster, handler, request } = scene();
    const before = awsAuth.content;
    const successor = request('arn:aws:iam::111111111111:role/Successor', 'Create', { kind: 'auto' });
    await handler.apply(request());
    cluster.mode = 'API_AND_CONFIG_MAP';

    await handler.apply(successor);
    expect(awsAuth.content!.data.mapRoles).toContain('role/KarpenterNode');
    expect(awsAuth.content!.data.mapRoles).not.toContain('role/Successor');
    await handler.remove({ ...successor, type: 'Delete' });
    expect(awsAuth.content).toEqual(before);
  });

  test('nodes that run Windows by now get their group, and lose it again', async () => {
    const { awsAuth, handler, request } = scene();
    await handler.apply(request());
    const linux = awsAuth.content;

    await handler.apply(request(ROLE, 'Update', { windows: true }));
    expect(awsAuth.content!.data.mapRoles).toContain('  - system:nodes\n  - eks:kube-proxy-windows\n  rolearn');
    await handler.apply(request(ROLE, 'Update'));
    expect(awsAuth.content).toEqual(linux);
  });

  test('deployments from before there was a choice mean the ConfigMap', () => {
    const { handler } = scene();
    const raw = { ClusterName: 'prod', KubectlRoleArn: 'x', RoleArn: ROLE, Owner: 'Stack/Mapping' };

    expect(handler.parse(raw)).toMatchObject({ kind: 'aws-auth', windows: false });
    expect(handler.parse({ ...raw, Kind: 'auto', Windows: 'true' })).toMatchObject({ kind: 'auto', windows: true });
    expect(() => handler.parse({ ...raw, Kind: 'magic' })).toThrow('property Kind must be one of auto, access-entry, aws-auth, got "magic"');
  });
});

test('an editor that is always quicker makes it wait, and then give up with the reason', async () => {
  const { awsAuth, handler, request } = scene();
  awsAuth.beforeWrite = () => awsAuth.edit({ ...awsAuth.content! });

  expect(await handler.apply(request())).toEqual({ done: false, waitingFor: expect.stringContaining('aws-auth is changed by others') });
  expect(awsAuth.writes).toBe(0);
});

test('a list that cannot be parsed is an error and nothing is written', async () => {
  const { awsAuth, handler, request } = scene({ data: { mapRoles: '- [\n' }, annotations: {} });

  await expect(handler.apply(request())).rejects.toThrow(/not valid YAML at line/);
  expect(awsAuth.writes).toBe(0);
});

test('other errors come through', async () => {
  const handler = nodeAccessHandler(async () => {
    throw new Error('no route to host');
  }, async () => 'CONFIG_MAP');

  await expect(handler.apply(scene().request())).rejects.toThrow('no route to host');
  await expect(handler.remove(scene().request())).rejects.toThrow('no route to host');
});

test('bad properties are refused in the first phase, before anything has been changed', () => {
  const handlers = { [NODE_ACCESS_TYPE]: scene().handler };
  const event = (properties: Record<string, unknown>): ProviderEvent => ({
    RequestType: 'Create',
    ResourceType: NODE_ACCESS_TYPE,
    ResourceProperties: properties,
    LogicalResourceId: 'Mapping',
    StackId: 'stack',
    RequestId: 'request',
  });

  expect(() => onEvent(handlers, event({ ClusterName: 'prod', KubectlRoleArn: 'x', RoleArn: 'KarpenterNode', Owner: 'Stack/Mapping' }), new Date())).toThrow(/ARN of an IAM role/);
  expect(() => onEvent(handlers, event({ KubectlRoleArn: 'x', RoleArn: ROLE }), new Date())).toThrow(/ClusterName/);
});

test('the whole request goes through both phases', async () => {
  const { awsAuth, handler } = scene();
  const handlers = { [NODE_ACCESS_TYPE]: handler };
  const event: ProviderEvent = {
    RequestType: 'Create',
    ResourceType: NODE_ACCESS_TYPE,
    ResourceProperties: { ClusterName: 'prod', KubectlRoleArn: 'arn:kubectl', RoleArn: ROLE, Owner: 'Stack/Mapping' },
    LogicalResourceId: 'Mapping',
    StackId: 'stack',
    RequestId: 'request',
  };
  const first = onEvent(handlers, event, new Date());

  expect(first.PhysicalResourceId).toBe('prod/aws-auth/arn:aws:iam::111111111111:role/KarpenterNode');
  expect(await isComplete(handlers, { ...event, ...first }, new Date())).toEqual({ IsComplete: true, Data: undefined });
  expect(awsAuth.writes).toBe(1);
});
