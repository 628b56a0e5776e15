import { othersThatScale } from './guard';
import { findAutoscaler, fullName, LEFTOVER_TAINTS, namedBy, parseRecord, planRestoration, planTaintRemovals, ReplicasRecord, isBack } from './plan';
import { AutoscalerAwsPort, AutoscalerChange, AutoscalerDeployment, AutoscalerKubernetesPort } from './port';
import { CanaryProof, ProofConfiguration, ProofFleet } from './proof';
import { cordonsNodes, foreignGroups, isUnknown, scopeOf } from './scope';
import { PreflightCheck } from '../../words/preflight-check';
import { WorkflowConfiguration } from '../contract';
import { PauseReason } from '../pause-reason';
import { REPLICAS_RECORD } from '../records';
import { Assessment, blocked, done, overtaken, Progress, Step, waiting, working } from '../step';

export interface ClusterAutoscalerPorts {
  readonly kubernetes: AutoscalerKubernetesPort;
  readonly fleet: ProofFleet;
  readonly aws: AutoscalerAwsPort;
}

export type ClusterAutoscalerConfiguration = ProofConfiguration
  & Pick<WorkflowConfiguration, 'ClusterName' | 'Owner' | 'Nodegroups' | 'ClusterAutoscaler' | 'AcceptedRisks'>;

const PATIENCE_MILLISECONDS = 10 * 60_000;
/** A controller that makes no pods does not always say why. */
const AVAILABLE_MINUTES = 15;

/** The guide's "Remove CAS": once Karpenter has proven that it can launch, the Cluster Autoscaler goes to zero replicas, and back. */
export function clusterAutoscalerStep(
  ports: ClusterAutoscalerPorts, configuration: ClusterAutoscalerConfiguration, now: () => Date = () => new Date(),
): Step {
  return new ClusterAutoscalerStep(ports, configuration, now);
}

class ClusterAutoscalerStep implements Step {
  private readonly proof: CanaryProof;

  public constructor(
    private readonly ports: ClusterAutoscalerPorts,
    private readonly configuration: ClusterAutoscalerConfiguration,
    private readonly now: () => Date,
  ) {
    this.proof = new CanaryProof(ports.kubernetes, ports.fleet, configuration, now);
  }

  public async assess(): Promise<Assessment> {
    const [recorded, { canaries, priorityClass }] = await Promise.all([
      this.recorded(),
      this.proof.traces(),
    ]);
    if (recorded.length === 0) {
      if (priorityClass?.proven) {
        return { applied: 'fully', says: `there was no Cluster Autoscaler to stop; Karpenter has launched node ${priorityClass.proven}` };
      }
      return canaries.length > 0
        ? { applied: 'partly', says: 'Karpenter is being tried with a canary pod; the Cluster Autoscaler is as it was' }
        : { applied: 'nothing', says: 'the Cluster Autoscaler is as it was' };
    }
    const isSettled = recorded.every(({ deployment, record }) => deployment.replicas === 0 && record.settled)
      && recorded.length >= namedBy(this.configuration.ClusterAutoscaler).length;
    return { applied: isSettled ? 'fully' : 'partly', says: recorded.map(standing).join('; ') };
  }

  public async apply(): Promise<Progress> {
    const { ClusterAutoscaler: reference } = this.configuration;
    const candidates = await this.ports.kubernetes.deployments(namedBy(reference));
    const finding = findAutoscaler(candidates, reference);
    switch (finding.kind) {
      case 'unclear':
        return blocked(PauseReason.AUTOSCALER_UNCLEAR, finding.says);
      case 'absent':
        return this.proveOnce();
      case 'found':
        return await othersThatScale(candidates, this.ports.aws, this.configuration) ?? this.stopAll(finding.deployments);
    }
  }

  /** All that are still at work are looked at before the first one goes to zero; what they have begun ends when none of them can begin more. */
  private async stopAll(deployments: readonly AutoscalerDeployment[]): Promise<Progress> {
    const active = deployments.filter(deployment => parseRecord(deployment) === undefined);
    for (const deployment of active) {
      const shared = await this.sharedWith(deployment);
      if (shared) {
        return shared;
      }
    }
    return active.length > 0
      ? this.stopAutoscaler(active[0])
      : this.settle(deployments.map(deployment => ({ deployment, record: parseRecord(deployment)! })));
  }

  public async revert(): Promise<Progress> {
    const [traces, [first, ...others]] = await Promise.all([this.proof.traces(), this.recorded()]);
    const cleared = await this.proof.clear('forget', traces);
    if (cleared) {
      return cleared;
    }
    if (first) {
      const restored = await this.restore(first.deployment, first.record);
      return restored.kind === 'done' && others.length > 0 ? working(restored.says, 1) : restored;
    }
    return done('no Cluster Autoscaler is at zero because of this migration');
  }

  public stop(): Promise<void> {
    return this.proof.clearNow();
  }

  /** Without an autoscaler the proof is all there is to do. */
  private async proveOnce(): Promise<Progress> {
    const node = await this.proof.remembered();
    if (node) {
      return await this.proof.clear() ?? done(`there is no Cluster Autoscaler to stop; Karpenter has launched node ${node}`);
    }
    const proof = await this.proof.advance();
    return proof.kind === 'proven' ? this.proof.remember(proof) : proof;
  }

  private async stopAutoscaler(deployment: AutoscalerDeployment): Promise<Progress> {
    const proof = await this.proof.advance();
    if (proof.kind !== 'proven') {
      return proof;
    }
    const record: ReplicasRecord = { replicas: deployment.replicas, owner: this.configuration.Owner, at: this.now().toISOString() };
    return this.change(deployment, { replicas: 0, record: JSON.stringify(record) },
      working(`Karpenter has launched node ${proof.node}; scaled the Cluster Autoscaler ${fullName(deployment)} from ${deployment.replicas} to 0`, 1, {
        undo: undo(deployment, record),
      }));
  }

  private async sharedWith(deployment: AutoscalerDeployment): Promise<Progress | undefined> {
    if (this.configuration.AcceptedRisks.includes(PreflightCheck.AUTOSCALER_SCOPE)) {
      return undefined;
    }
    const remedy = `add their node groups to \`nodegroups\`, or accept the risk ${PreflightCheck.AUTOSCALER_SCOPE}: nobody scales them then`;
    const scope = scopeOf(deployment);
    if (isUnknown(scope)) {
      return blocked(PauseReason.AUTOSCALER_SHARED, `the flags of ${fullName(deployment)} do not tell which Auto Scaling groups it serves`
        + ` (${scope.unread.join(', ') || 'neither --nodes nor --node-group-auto-discovery'}); if it serves others than the migration's, ${remedy}`);
    }
    const { aws } = this.ports;
    const ours = await aws.nodegroupGroups(this.configuration.Nodegroups);
    const foreign = foreignGroups(scope, await aws.autoScalingGroups(), ours, this.configuration.ClusterName);
    return foreign.length > 0
      ? blocked(PauseReason.AUTOSCALER_SHARED, `the Cluster Autoscaler ${fullName(deployment)} also serves Auto Scaling groups outside of the migration`
        + ` (${foreign.join(', ')}): ${remedy}`)
      : undefined;
  }

  /** They are at zero; what they have begun must come to an end, too. */
  private async settle(all: readonly Recorded[]): Promise<Progress> {
    const back = all.find(({ deployment }) => deployment.replicas > 0);
    if (back) {
      return this.noticeReturn(back.deployment, back.record);
    }
    const says = all.map(standing).join('; ');
    const [open, ...more] = all.filter(({ record }) => !record.settled);
    const busy = await this.proof.clear()
      ?? (open && (await this.stillActive(open.deployment, open.record) ?? await this.clearTaints(open.deployment)));
    if (busy) {
      return busy;
    }
    if (!open) {
      return done(says);
    }
    const settled = `${standing(open)}; its pods, scaling and taints are gone`;
    const record = JSON.stringify({ ...open.record, settled: true });
    return this.change(open.deployment, { record }, more.length > 0 ? working(settled, 1) : done(settled));
  }

  /** Whoever put it back is not fought; but what it begins now has to end again. */
  private async noticeReturn(deployment: AutoscalerDeployment, record: ReplicasRecord): Promise<Progress> {
    if (record.settled) {
      const { settled, ...kept } = record;
      await this.ports.kubernetes.change(deployment, deployment.version, { record: JSON.stringify({ ...kept, at: this.now().toISOString() }) });
    }
    return isBack(deployment);
  }

  private async stillActive(deployment: AutoscalerDeployment, record: ReplicasRecord): Promise<Progress | undefined> {
    const { kubernetes, aws } = this.ports;
    const pods = (await kubernetes.pods(deployment.namespace, deployment.selector)).map(({ name }) => `pod ${deployment.namespace}/${name}`);
    const activities = pods.length > 0 ? [] : await aws.scalingActivitiesInProgress(await aws.nodegroupGroups(this.configuration.Nodegroups));
    const left = [...pods, ...activities].join('; ');
    if (!left) {
      return undefined;
    }
    const waited = this.now().getTime() - Date.parse(record.at);
    return waited < PATIENCE_MILLISECONDS
      ? working(`waits for the end of what the Cluster Autoscaler has begun: ${left}`, 5)
      : blocked(PauseReason.AUTOSCALER_STILL_ACTIVE, `since ${Math.floor(waited / 60_000)} minutes the Cluster Autoscaler is at zero, and this does not end: ${left}`);
  }

  private async clearTaints(deployment: AutoscalerDeployment): Promise<Progress | undefined> {
    const { kubernetes } = this.ports;
    const removals = planTaintRemovals(await kubernetes.taintedNodes(LEFTOVER_TAINTS), this.configuration.Nodegroups, cordonsNodes(deployment));
    for (const { node, version, taints, uncordon } of removals) {
      if (!await kubernetes.replaceTaints(node, version, taints, uncordon)) {
        return overtaken(`node ${node} was changed in the meantime, looking again`);
      }
    }
    return removals.length > 0
      ? working(`removed the Cluster Autoscaler's taints from ${removals.map(({ node }) => node).join(', ')}`, 1)
      : undefined;
  }

  private async restore(deployment: AutoscalerDeployment, record: ReplicasRecord): Promise<Progress> {
    const name = `the Cluster Autoscaler ${fullName(deployment)}`;
    switch (planRestoration(deployment, record)) {
      case 'restore':
        return this.change(deployment, { replicas: record.replicas }, working(`scaled ${name} back to ${record.replicas}`, 2));
      case 'wait':
        return this.waitUntilAvailable(deployment, record);
      case 'restored':
        return this.change(deployment, { record: null }, done(`${name} has its ${record.replicas} replicas again`));
      case 'theirs':
        return this.change(deployment, { record: null }, done(`${name} had ${record.replicas} replicas, and ${deployment.replicasManager ?? 'somebody'}`
          + ` has set ${deployment.replicas} in the meantime, which stays`));
    }
  }

  private async waitUntilAvailable(deployment: AutoscalerDeployment, record: ReplicasRecord): Promise<Progress> {
    const unready = (await this.ports.kubernetes.pods(deployment.namespace, deployment.selector)).filter(({ ready }) => !ready);
    const overdue = unready.filter(({ createdAt }) => this.now().getTime() - Date.parse(createdAt) > PATIENCE_MILLISECONDS);
    const words = overdue.map(({ name, problems }) => `pod ${name} is not Ready${problems.length > 0 ? ` (${problems.join('; ')})` : ''}`);
    const why = [...deployment.problem ? [deployment.problem] : [], ...words];
    const says = `${deployment.available} of ${record.replicas} replicas of the Cluster Autoscaler ${fullName(deployment)} are available`;
    return why.length > 0
      ? blocked(PauseReason.ROLLOUT_STUCK, `${says}: ${why.join('; ')}`)
      : waiting(says, 5, { by: PauseReason.ROLLOUT_STUCK, minutes: AVAILABLE_MINUTES });
  }

  private async change(deployment: AutoscalerDeployment, change: AutoscalerChange, achieved: Progress): Promise<Progress> {
    const changed = await this.ports.kubernetes.change(deployment, deployment.version, change);
    return changed ? achieved : overtaken(`Deployment ${fullName(deployment)} was changed in the meantime, looking again`);
  }

  private async recorded(): Promise<Recorded[]> {
    return (await this.ports.kubernetes.deployments()).flatMap(deployment => {
      const record = parseRecord(deployment);
      return record ? [{ deployment, record }] : [];
    });
  }
}

interface Recorded { readonly deployment: AutoscalerDeployment; readonly record: ReplicasRecord }

function standing({ deployment, record }: Recorded): string {
  const name = `the Cluster Autoscaler ${fullName(deployment)}`;
  return deployment.replicas > 0 ? `${name} has ${deployment.replicas} of ${record.replicas} replicas` : `${name} is at zero, it had ${record.replicas}`;
}

function undo({ namespace, name }: AutoscalerDeployment, { replicas }: ReplicasRecord): string[] {
  return [
    `kubectl -n ${namespace} scale deployment ${name} --replicas=${replicas}`,
    `kubectl -n ${namespace} annotate deployment ${name} ${REPLICAS_RECORD}-`,
  ];
}
