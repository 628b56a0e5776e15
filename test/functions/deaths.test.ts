import { claimHandler } from '../../src/cluster/claim-handler';
import { ClaimChanged, ClaimPort, ClaimRecord, StoredClaim } from '../../src/cluster/claim-plan';
import { CLAIM_TYPE } from '../../src/cluster/contract';
import { Connect, isComplete, onEvent, ProviderEvent, ResourceHandler } from '../../src/custom-resources/lifecycle';
import { NAMESPACE_TYPE } from '../../src/karpenter/namespace/contract';
import { namespaceHandler } from '../../src/karpenter/namespace/handler';
import { FoundNamespace, Inhabitant, NamespacePort } from '../../src/karpenter/namespace/plan';
import { NODE_ACCESS_TYPE } from '../../src/node-access/contract';
import { nodeAccessHandler } from '../../src/node-access/handler';
import { AwsAuth, NodeAccessPort } from '../../src/node-access/plan';

type Moment = 'before' | 'after';

/** One object of the API server, whose writes count only on what was read last. */
class Stored<T> {
  private version = 1;
  constructor(public value: T | undefined) {}

  public get found(): { readonly value: T; readonly version: string } | undefined {
    return this.value === undefined ? undefined : { value: this.value, version: String(this.version) };
  }

  public write(value: T | undefined, version?: string): boolean {
    if (version === undefined ? this.value !== undefined : version !== String(this.version) || this.value === undefined) {
      return false;
    }
    this.value = value;
    this.version += 1;
    return true;
  }
}

function claims(store: Stored<ClaimRecord>): ClaimPort {
  const orChanged = (written: boolean) => {
    if (!written) {
      throw new ClaimChanged('changed');
    }
  };
  return {
    read: async (): Promise<StoredClaim | undefined> => store.found && { ...store.found.value, version: store.found.version },
    create: async record => orChanged(store.write(record)),
    replace: async (old, record) => orChanged(store.write(record, old.version)),
    remove: async old => orChanged(store.write(undefined, old.version)),
  };
}

function awsAuth(store: Stored<AwsAuth>): NodeAccessPort {
  return {
    read: async () => store.found && { content: store.found.value, version: store.found.version },
    create: async content => store.write(content),
    replace: async (content, version) => store.write(content, version),
    discard: async version => store.write(undefined, version),
  };
}

function namespaces(store: Stored<Pick<FoundNamespace, 'annotations'>>): NamespacePort {
  return {
    read: async () => store.found && { ...store.found.value, terminating: false, version: store.found.version },
    inhabitants: async (): Promise<Inhabitant[]> => [],
    create: async (_name, annotations) => store.write({ annotations }),
    annotate: async (_name, annotations, version) => store.write({ annotations }, version),
    // A namespace without inhabitants is gone at once.
    discard: async (_name, version) => store.write(undefined, version),
  };
}

interface Subject {
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** What the cluster has before. */
  readonly before: unknown;
  readonly port: (store: Stored<any>) => object;
  readonly handler: (connect: Connect<any>) => ResourceHandler<any>;
}

const CLUSTER = { ClusterName: 'prod', KubectlRoleArn: 'arn:aws:iam::111111111111:role/kubectl' };
const NODES = '- groups:\n  - system:nodes\n  rolearn: arn:aws:iam::111111111111:role/nodes\n  username: system:node:{{EC2PrivateDNSName}}\n';
const ROLE = { ...CLUSTER, RoleArn: 'arn:aws:iam::111111111111:role/karpenter', Owner: 'Stack/Migration' };

const SUBJECTS: ReadonlyArray<readonly [name: string, subject: Subject]> = [
  ['a claim', { type: CLAIM_TYPE, properties: { ...CLUSTER, Owner: 'Stack/Migration' }, before: undefined, port: claims, handler: claimHandler }],
  ['a claim that was abandoned', {
    type: CLAIM_TYPE, properties: { ...CLUSTER, Owner: 'New/Migration' }, before: { owner: 'Old/Migration', abandoned: true }, port: claims, handler: claimHandler,
  }],
  ['an entry of aws-auth', {
    type: NODE_ACCESS_TYPE,
    properties: ROLE,
    before: { data: { mapRoles: NODES }, annotations: {} },
    port: awsAuth,
    handler: connect => nodeAccessHandler(connect, async () => 'CONFIG_MAP'),
  }],
  ['the first entry of an aws-auth', {
    type: NODE_ACCESS_TYPE,
    properties: ROLE,
    before: undefined,
    port: awsAuth,
    handler: connect => nodeAccessHandler(connect, async () => 'CONFIG_MAP'),
  }],
  ['a namespace', {
    type: NAMESPACE_TYPE, properties: { ...CLUSTER, Namespace: 'karpenter', Release: 'karpenter' }, before: undefined, port: namespaces, handler: namespaceHandler,
  }],
];

class Died extends Error {}

/** A port whose function ends at one of its calls, counted from the first: before anything came of it, or when only the answer is missing. */
function mortal(port: object, at: number, moment: Moment): { readonly port: object; readonly calls: () => number } {
  let calls = 0;
  const dying = Object.fromEntries(Object.entries(port).map(([name, call]) => [name, async (...args: unknown[]) => {
    calls += 1;
    const dies = calls === at;
    if (dies && moment === 'before') {
      throw new Died();
    }
    const result = await call(...args);
    if (dies) {
      throw new Died();
    }
    return result;
  }]));
  return { port: dying, calls: () => calls };
}

/** Works on a request as the waiter does: a call that died is made again, until one says that it is done. */
async function settle({ type, properties, handler }: Subject, port: object, RequestType: ProviderEvent['RequestType']): Promise<void> {
  const handlers = { [type]: handler(async () => port) };
  const event: ProviderEvent = {
    RequestType, ResourceType: type, ResourceProperties: properties, PhysicalResourceId: 'id', LogicalResourceId: 'Logical', StackId: 'stack', RequestId: 'r',
  };
  const now = new Date('2026-01-01T12:00:00Z');
  const { StartedAt } = onEvent(handlers, event, now);
  for (let calls = 0; calls < 10; calls += 1) {
    try {
      if ((await isComplete(handlers, { ...event, StartedAt }, now)).IsComplete) {
        return;
      }
    } catch (error) {
      if (!(error instanceof Died)) {
        throw error;
      }
    }
  }
  throw new Error('it did not come to an end');
}

describe.each(SUBJECTS)('%s', (_name, subject) => {
  beforeEach(() => { jest.spyOn(console, 'log').mockImplementation(); });
  afterEach(() => jest.restoreAllMocks());

  test('comes and goes as if its function had never died, at whichever call and moment it does', async () => {
    const quiet = new Stored<any>(subject.before);
    await settle(subject, subject.port(quiet), 'Create');
    const made = quiet.value;
    await settle(subject, subject.port(quiet), 'Delete');
    const left = quiet.value;
    let deaths = 0;
    for (const moment of ['before', 'after'] as const) {
      for (let at = 1, dies = true; dies; at += 1) {
        const store = new Stored<any>(subject.before);
        const creation = mortal(subject.port(store), at, moment);
        await settle(subject, creation.port, 'Create');
        expect(store.value).toEqual(made);
        const deletion = mortal(subject.port(store), at, moment);
        await settle(subject, deletion.port, 'Delete');
        expect(store.value).toEqual(left);
        dies = creation.calls() >= at || deletion.calls() >= at;
        deaths += Number(creation.calls() >= at) + Number(deletion.calls() >= at);
      }
    }
    expect(made).not.toEqual(subject.before);
    expect(deaths).toBeGreaterThanOrEqual(8);
  });
});
