import { WorkloadFacts } from './facts';
import { StageCheck, StageScope, workloadName } from './scope';
import { misfit } from './supply';
import { PreflightCheck } from '../../words/preflight-check';
import { error, named, warning } from '../verdict';

function remedy({ api: { words } }: StageScope): string {
  return `take the demand out of the workload, let a ${words.pool} serve it (requirements, labels, taints, subnets), or name the workload`
    + ' in `criticalWorkloads` so that it stays on the node groups';
}

const placement: StageCheck = (scope) => {
  if (scope.supplies.length === 0) {
    return [];
  }
  const running = movers(scope).flatMap(workload => misfits(scope, workload));
  const dormant = scope.facts.workloads.filter(workload => workload.pods === 0).flatMap(workload => misfits(scope, workload));
  return [
    ...running.length === 0 ? [] : [error(PreflightCheck.PLACEMENT, `Karpenter makes no node for what runs: ${named(running)}`, remedy(scope))],
    ...dormant.length === 0 ? [] : [warning(PreflightCheck.PLACEMENT, `Karpenter makes no node for what may run later: ${named(dormant)}`, remedy(scope))],
  ];
};

const volumeZones: StageCheck = (scope) => {
  if (scope.supplies.length === 0) {
    return [];
  }
  const stuck = movers(scope).flatMap(workload => workload.volumes
    .filter(({ zones }) => fits(scope, workload) && !fits(scope, workload, zones))
    .map(({ zones, claims }) => `${workloadName(workload)} (${zones.join(' or ')}: ${firstOf(claims)})`));
  return stuck.length === 0 ? [] : [error(
    PreflightCheck.VOLUME_ZONES,
    `volumes in zones where Karpenter makes no node for their workload: ${named(stuck)}`,
    `let the ${scope.api.words.plainNodeClass} of a ${scope.api.words.pool} select a subnet of each zone, or name the workload in \`criticalWorkloads\``,
  )];
};

const localVolumes: StageCheck = (scope) => {
  const local = movers(scope).flatMap(workload => workload.localClaims.map(claim => `${claim} (${workloadName(workload)})`));
  return local.length === 0 ? [] : [error(
    PreflightCheck.LOCAL_VOLUMES,
    `claims whose volume is a node's own disk, which goes with the node: ${named(local)}`,
    'move the data to a volume that nodes share or attach, or name the workload in `criticalWorkloads` and keep its nodes by the targets of their node groups',
  )];
};

const scratchData: StageCheck = (scope) => {
  const losing = movers(scope).filter(workload => workload.scratch.length > 0).map(workload => `${workloadName(workload)} (${workload.scratch.join(', ')})`);
  return losing.length === 0 ? [] : [warning(
    PreflightCheck.SCRATCH_DATA,
    `what these write on their node is lost when they move: ${named(losing)}`,
    'nothing is to be done where it is a cache; else use a PersistentVolumeClaim',
  )];
};

export const PLACEMENT_CHECKS: readonly StageCheck[] = [placement, volumeZones, localVolumes, scratchData];

/** Karpenter and what is pinned move too, but among the node groups' own nodes. */
function movers({ moving }: StageScope): WorkloadFacts[] {
  return moving.filter(workload => !workload.stays);
}

/** By its pods, and by the template that the next ones are made from. */
function misfits({ facts, supplies, api }: StageScope, workload: WorkloadFacts): string[] {
  const indexes = [...workload.placements, ...workload.template === undefined ? [] : [workload.template]];
  const reason = indexes.map(index => misfit(facts.placements[index], supplies, api)).find(one => one !== undefined);
  return reason ? [`${workloadName(workload)}: ${reason}`] : [];
}

/** Without zones: what fits nowhere even without its volumes is said already. */
function fits({ facts, supplies, api }: StageScope, workload: WorkloadFacts, zones?: readonly string[]): boolean {
  return workload.placements.some(index => misfit(facts.placements[index], supplies, api, zones) === undefined);
}

function firstOf(claims: readonly string[]): string {
  const name = claims[0].split('/')[1];
  return claims.length > 1 ? `${name} and ${claims.length - 1} more` : name;
}
