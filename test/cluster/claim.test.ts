import { abandonClaim, claimHandler } from '../../src/cluster/claim-handler';
import { ClaimChanged, ClaimPort, ClaimRecord, StoredClaim } from '../../src/cluster/claim-plan';
import { request } from '../preflight/facts';

/** A ConfigMap with a version; `interfere` runs once between a read and the next write. */
class FakeClaim implements ClaimPort {
  public record?: ClaimRecord & { generation: string };
  public version = 1;
  public interfere?: () => void;

  constructor(record?: ClaimRecord) {
    this.record = record && { ...record, generation: '7' };
  }

  public async read(): Promise<StoredClaim | undefined> {
    const answer = this.record && { owner: this.record.owner, abandoned: this.record.abandoned, version: String(this.version) };
    this.interfere?.();
    return answer;
  }

  public async create(record: ClaimRecord): Promise<void> {
    if (this.record) {
      throw new ClaimChanged('exists');
    }
    this.write({ ...record, generation: '0' });
  }

  public async replace(old: StoredClaim, record: ClaimRecord): Promise<void> {
    this.guard(old);
    this.write({ ...this.record!, ...record });
  }

  public async remove(old: StoredClaim): Promise<void> {
    this.guard(old);
    this.write(undefined);
  }

  public write(record: FakeClaim['record']): void {
    this.record = record;
    this.version++;
  }

  private guard(old: StoredClaim): void {
    if (old.version !== String(this.version)) {
      throw new ClaimChanged('changed');
    }
  }
}

const props = (Owner = 'Stack/Migration') => ({ ClusterName: 'prod', KubectlRoleArn: 'arn', Owner });
const handlerOf = (claim: ClaimPort) => claimHandler(async () => claim);

function once(action: () => void): () => void {
  let left = 1;
  return () => {
    if (left-- > 0) {
      action();
    }
  };
}

test('a free cluster is claimed, with generation 0', async () => {
  const claim = new FakeClaim();
  expect(await handlerOf(claim).apply(request('Create', props()))).toEqual({ done: true, attributes: { owner: 'Stack/Migration' } });
  expect(claim.record).toEqual({ owner: 'Stack/Migration', abandoned: false, generation: '0' });
});

test('claiming again changes nothing', async () => {
  const claim = new FakeClaim({ owner: 'Stack/Migration', abandoned: false });
  await handlerOf(claim).apply(request('Create', props()));
  await handlerOf(claim).apply(request('Update', props(), { oldProperties: props() }));
  expect(claim.version).toBe(1);
});

test.each([
  ['an abandoned claim of somebody else', { owner: 'Gone/Migration', abandoned: true }],
  ['an own claim that was abandoned', { owner: 'Stack/Migration', abandoned: true }],
])('%s is taken over with its generation', async (_title, record) => {
  const claim = new FakeClaim(record);
  await handlerOf(claim).apply(request('Create', props()));
  expect(claim.record).toEqual({ owner: 'Stack/Migration', abandoned: false, generation: '7' });
});

test('a claim of somebody else is refused with its name and the way out, and stays', async () => {
  const claim = new FakeClaim({ owner: 'Other/Migration', abandoned: false });
  await expect(handlerOf(claim).apply(request('Create', props()))).rejects.toThrow(/"Other\/Migration".*stage REMOVED.*patch configmap karpenter-migration/);
  expect(claim.record?.owner).toBe('Other/Migration');
});

test('an update to another owner carries the claim over', async () => {
  const claim = new FakeClaim({ owner: 'Stack/Old', abandoned: false });
  await handlerOf(claim).apply(request('Update', props(), { oldProperties: props('Stack/Old') }));
  expect(claim.record?.owner).toBe('Stack/Migration');
});

test('a claim that somebody deleted comes back with an update', async () => {
  const claim = new FakeClaim();
  await handlerOf(claim).apply(request('Update', props(), { oldProperties: props() }));
  expect(claim.record?.owner).toBe('Stack/Migration');
});

test('a claim that appears while ours is being made is respected', async () => {
  const claim = new FakeClaim();
  claim.interfere = once(() => claim.write({ owner: 'Other/Migration', abandoned: false, generation: '0' }));
  await expect(handlerOf(claim).apply(request('Create', props()))).rejects.toThrow(/"Other\/Migration"/);
});

test('a deletion takes the own claim away, and a second one finds nothing', async () => {
  const claim = new FakeClaim({ owner: 'Stack/Migration', abandoned: false });
  expect(await handlerOf(claim).remove(request('Delete', props()))).toEqual({ done: true });
  expect(claim.record).toBeUndefined();
  expect(await handlerOf(claim).remove(request('Delete', props()))).toEqual({ done: true });
});

test.each([
  ['of somebody else', { owner: 'Other/Migration', abandoned: false }],
  ['that was abandoned', { owner: 'Stack/Migration', abandoned: true }],
])('a deletion leaves a claim %s', async (_title, record) => {
  const claim = new FakeClaim(record);
  await handlerOf(claim).remove(request('Delete', props()));
  expect(claim.record).toMatchObject(record);
});

test('a deletion tries again when the record changes in between', async () => {
  const claim = new FakeClaim({ owner: 'Stack/Migration', abandoned: false });
  claim.interfere = once(() => claim.write({ ...claim.record!, generation: '8' }));
  await handlerOf(claim).remove(request('Delete', props()));
  expect(claim.record).toBeUndefined();
});

test('a record that never holds still is an error in the end', async () => {
  const claim = new FakeClaim({ owner: 'Stack/Migration', abandoned: false });
  claim.interfere = () => claim.write({ ...claim.record!, generation: '8' });
  await expect(handlerOf(claim).remove(request('Delete', props()))).rejects.toThrow(ClaimChanged);
});

test('other errors of a deletion are not swallowed', async () => {
  const connect = () => Promise.reject(new Error('connect ETIMEDOUT'));
  await expect(claimHandler(connect).remove(request('Delete', props()))).rejects.toThrow('ETIMEDOUT');
});

test('only an own claim can be abandoned, and twice is once', async () => {
  const own = new FakeClaim({ owner: 'Stack/Migration', abandoned: false });
  await abandonClaim(own, 'Stack/Migration');
  await abandonClaim(own, 'Stack/Migration');
  expect(own.record).toEqual({ owner: 'Stack/Migration', abandoned: true, generation: '7' });
  expect(own.version).toBe(2);

  const other = new FakeClaim({ owner: 'Other/Migration', abandoned: false });
  await abandonClaim(other, 'Stack/Migration');
  expect(other.version).toBe(1);
  await abandonClaim(new FakeClaim(), 'Stack/Migration');
});

test('properties are checked before anything happens', () => {
  const handler = handlerOf(new FakeClaim());
  expect(handler.identify(handler.parse({ ...props(), ServiceToken: 'x' }))).toBe('karpenter-claim/prod');
  expect(() => handler.parse({ ...props(), Owner: '' })).toThrow(/Owner/);
});
