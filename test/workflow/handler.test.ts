import { ResourceRequest } from '../../src/handlers/lifecycle';
import { MigrationStageProperties } from '../../src/workflow/contract';
import { migrationStageHandler } from '../../src/workflow/handler';
import { MigrationStage } from '../../src/workflow/migration-stage';
import { Remaining, StagePort } from '../../src/workflow/port';

class FakeKarpenter implements StagePort {
  public machines: Remaining[] = [];
  public instances: Remaining[] = [];
  public launchTemplates = ['karpenter.k8s.aws/123'];
  public rollingBack = false;
  public abandonedBy: string[] = [];
  public kubernetesRemaining = async () => this.machines;
  public instancesRemaining = async () => this.instances;
  public deleteLaunchTemplates = async () => this.launchTemplates.splice(0);
  public isRollingBack = async () => this.rollingBack;
  public abandonClaim = async (owner: string) => { this.abandonedBy.push(owner); };
}

const properties: MigrationStageProperties = {
  ClusterName: 'prod',
  KubectlRoleArn: 'arn:aws:iam::111111111111:role/kubectl',
  KubernetesFunctionArn: 'arn:aws:lambda:us-east-1:111111111111:function:k',
  Stage: MigrationStage.INSTALL,
  Owner: 'stack/Migration',
  OwnerKey: 'karpenter.sh/provisioner-name',
};
const request = (type: 'Create' | 'Update' | 'Delete', stage: MigrationStage): ResourceRequest<MigrationStageProperties> => ({
  type,
  properties: { ...properties, Stage: stage },
  physicalId: 'karpenter-migration/prod',
  stackId: 'stack-id',
  logicalId: 'Stage',
  requestId: 'request',
  elapsed: 0,
});

let karpenter: FakeKarpenter;
const handler = migrationStageHandler(() => karpenter);
beforeEach(() => {
  karpenter = new FakeKarpenter();
  jest.spyOn(console, 'log').mockImplementation();
});
afterEach(() => jest.restoreAllMocks());

test('a first deployment installs', async () => {
  await expect(handler.apply(request('Create', MigrationStage.INSTALL))).resolves.toEqual({ done: true, attributes: { Stage: 'INSTALL' } });
});

test('a first deployment with another stage is refused, because its rollback would take the resources away', async () => {
  await expect(handler.apply(request('Create', MigrationStage.REMOVED))).rejects.toThrow('must have stage INSTALL, got REMOVED');
});

test('the identity depends on the cluster alone, so that no stage replaces the resource', () => {
  const removed = handler.identify({ ...properties, Stage: MigrationStage.REMOVED, Owner: 'other' });
  expect(removed).toBe(handler.identify(properties));
});

test('removal is refused while a node lives, and names it', async () => {
  karpenter.machines = [{ name: 'machine/default-a', leaving: false }, { name: 'node/ip-10-0-0-1.ec2.internal', leaving: false }];
  karpenter.instances = [{ name: 'instance/i-1', leaving: false }];
  await expect(handler.apply(request('Update', MigrationStage.REMOVED)))
    .rejects.toThrow('karpenter still has machine/default-a, node/ip-10-0-0-1.ec2.internal, instance/i-1');
  expect(karpenter.launchTemplates).toHaveLength(1);
});

test('an instance that the Kubernetes API does not know refuses the removal too', async () => {
  karpenter.instances = [{ name: 'instance/i-1', leaving: false }];
  await expect(handler.apply(request('Update', MigrationStage.REMOVED))).rejects.toThrow('instance/i-1');
});

test('removal waits for what is leaving already', async () => {
  karpenter.machines = [{ name: 'machine/default-a', leaving: true }];
  await expect(handler.apply(request('Update', MigrationStage.REMOVED))).resolves.toEqual({ done: false, waitingFor: 'waiting for machine/default-a to go' });
});

test('removal names at most twenty things, so that the reason fits into a response', async () => {
  karpenter.machines = Array.from({ length: 300 }, (_, i) => ({ name: `machine/default-${i}`, leaving: false }));
  await expect(handler.apply(request('Update', MigrationStage.REMOVED))).rejects.toThrow('machine/default-19 and 280 more');
});

test('removal of an empty Karpenter deletes the launch templates that it leaves behind, also twice', async () => {
  await expect(handler.apply(request('Update', MigrationStage.REMOVED))).resolves.toEqual({ done: true, attributes: { Stage: 'REMOVED' } });
  expect(karpenter.launchTemplates).toEqual([]);
  await expect(handler.apply(request('Update', MigrationStage.REMOVED))).resolves.toMatchObject({ done: true });
});

test('a rollback to the removed stage verifies nothing again', async () => {
  karpenter.rollingBack = true;
  karpenter.machines = [{ name: 'machine/default-a', leaving: false }];
  await expect(handler.apply(request('Update', MigrationStage.REMOVED))).resolves.toMatchObject({ done: true });
});

test('deleting the stack without removal leaves Karpenter and marks the claim as abandoned', async () => {
  await expect(handler.remove(request('Delete', MigrationStage.INSTALL))).resolves.toMatchObject({ done: true });
  expect(karpenter.abandonedBy).toEqual(['stack/Migration']);
});

test('a creation that rolls back abandons nothing', async () => {
  karpenter.rollingBack = true;
  await handler.remove(request('Delete', MigrationStage.INSTALL));
  expect(karpenter.abandonedBy).toEqual([]);
});

test('deleting the stack after removal verifies once more, also twice', async () => {
  await expect(handler.remove(request('Delete', MigrationStage.REMOVED))).resolves.toMatchObject({ done: true });
  await expect(handler.remove(request('Delete', MigrationStage.REMOVED))).resolves.toMatchObject({ done: true });
  karpenter.instances = [{ name: 'instance/i-1', leaving: false }];
  await expect(handler.remove(request('Delete', MigrationStage.REMOVED))).rejects.toThrow('instance/i-1');
});

test('other errors are not swallowed', async () => {
  karpenter.kubernetesRemaining = async () => { throw new Error('connection refused'); };
  await expect(handler.apply(request('Update', MigrationStage.REMOVED))).rejects.toThrow('connection refused');
});
