import { WorkloadFacts } from './facts';
import { StageCheck, StageScope, workloadName } from './scope';
import { misfit, NodeDemand } from '../../karpenter/api/pool-offer';
import { canonicalKey } from '../../karpenter/api/requirements';
import { describeTerm, Term } from '../../kubernetes/scheduling';
import { WellKnownLabel } from '../../provisioning/well-known-label';
import { PreflightCheck } from '../../words/preflight-check';
import { error, Finding, named, warning } from '../verdict';

const ARCHITECTURES = ['amd64', 'arm64'];

function remedy({ api: { words } }: StageScope): string {
  return `take the demand out of the workload, let a ${words.pool} serve it (requirements, labels, taints, subnets), or name the workload`
    + ' in `criticalWorkloads` so that it stays on the node groups';
}

const placement: StageCheck = (scope) => {
  if (scope.offers.length === 0) {
    return [];
  }
  const running = movers(scope).flatMap(workload => misfits(scope, workload));
  const dormant = scope.facts.workloads.filter(workload => workload.pods === 0).flatMap(workload => misfits(scope, workload));
  return [
    ...running.length === 0 ? [] : [error(PreflightCheck.PLACEMENT, `Karpenter makes no node for what runs: ${named(running)}`, remedy(scope))],
    ...dormant.length === 0 ? [] : [warning(PreflightCheck.PLACEMENT, `Karpenter makes no node for what may run later: ${named(dormant)}`, remedy(scope))],
    ...mixed(scope),
    ...unknownTypes(scope),
  ];
};

/** An image for one architecture may come to another where pools make both. */
function mixed(scope: StageScope): Finding[] {
  const atRisk = movers(scope).filter(workload => misfits(scope, workload).length === 0 && workload.placements.some(index => {
    const { implied = {}, ...demand } = scope.facts.placements[index];
    const others = ARCHITECTURES.filter(arch => implied[WellKnownLabel.ARCH] !== undefined && arch !== implied[WellKnownLabel.ARCH]);
    return others.some(arch => misfit({ ...demand, implied: { ...implied, [WellKnownLabel.ARCH]: arch } }, scope.offers, scope.api) === undefined);
  }));
  return atRisk.length === 0 ? [] : [warning(
    PreflightCheck.PLACEMENT,
    `these name no architecture, and the ${scope.api.words.pools} make nodes of another one than they run on today: ${named(atRisk.map(workloadName))}`,
    'nothing is to be done where their images are for both; else let each select its `kubernetes.io/arch`',
  )];
}

function unknownTypes({ facts: { typesProblem } }: StageScope): Finding[] {
  return typesProblem === undefined ? [] : [warning(
    PreflightCheck.PLACEMENT,
    `the instance types of the region are not known, so what pods request was compared with none: ${typesProblem}`,
    'let our function read them (ec2:DescribeInstanceTypes), or see that an instance type of the pools has what the biggest pods request',
  )];
}

const volumeZones: StageCheck = (scope) => {
  const stuck = stuckVolumes(scope).filter(({ terms, workload }) => !fits(scope, workload, ofZones(terms)))
    .map(({ terms, claims, workload }) => `${workloadName(workload)} (${zonesOf(terms).join(' or ')}: ${firstOf(claims)})`);
  return stuck.length === 0 ? [] : [error(
    PreflightCheck.VOLUME_ZONES,
    `volumes in zones where Karpenter makes no node for their workload: ${named(stuck)}`,
    `let the ${scope.api.words.plainNodeClass} of a ${scope.api.words.pool} select a subnet of each zone, or name the workload in \`criticalWorkloads\`;`
    + ' a node of that zone stays then',
  )];
};

const localVolumes: StageCheck = (scope) => {
  const own = movers(scope).flatMap(workload => workload.localClaims.map(claim => `${claim} (${workloadName(workload)})`));
  const unreached = stuckVolumes(scope).filter(({ terms, workload }) => fits(scope, workload, ofZones(terms)))
    .map(({ terms, claims, workload }) => `${claims[0].split('/')[0]}/${firstOf(claims)} (${workloadName(workload)}, ${terms.map(describeTerm).join(' or ')})`);
  const remedies = 'move the data to a volume that nodes share or attach, or name the workload in `criticalWorkloads`, so that the node of its volume stays';
  return [
    ...own.length === 0 ? [] : [error(PreflightCheck.LOCAL_VOLUMES, `claims whose volume is a node's own disk, which goes with the node: ${named(own)}`, remedies)],
    ...unreached.length === 0 ? [] : [error(PreflightCheck.LOCAL_VOLUMES, `claims whose volume no new node reaches: ${named(unreached)}`, remedies)],
  ];
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
function misfits({ facts, offers, api }: StageScope, workload: WorkloadFacts): string[] {
  const indexes = [...workload.placements, ...workload.template === undefined ? [] : [workload.template]];
  const reason = indexes.map(index => misfit(facts.placements[index], offers, api)).find(one => one !== undefined);
  return reason ? [`${workloadName(workload)}: ${reason}`] : [];
}

interface StuckVolume { readonly terms: readonly Term[]; readonly claims: readonly string[]; readonly workload: WorkloadFacts }

/** Volumes that keep their workload from Karpenter's nodes: what fits nowhere even without them is said already. */
function stuckVolumes(scope: StageScope): StuckVolume[] {
  return scope.offers.length === 0 ? [] : movers(scope).flatMap(workload => workload.volumes
    .filter(({ terms }) => fits(scope, workload) && !fits(scope, workload, terms)).map(volume => ({ ...volume, workload })));
}

function fits({ facts, offers, api }: StageScope, workload: WorkloadFacts, terms: readonly Term[] = []): boolean {
  const demandOf = (index: number): NodeDemand => ({ ...facts.placements[index], volumes: [terms] });
  return workload.placements.some(index => misfit(demandOf(index), offers, api) === undefined);
}

/** Only what a volume says of zones. */
function ofZones(terms: readonly Term[]): Term[] {
  const isOfZone = ({ key }: { readonly key: string }) => canonicalKey(key) === WellKnownLabel.ZONE;
  return terms.map(({ matchExpressions = [] }) => ({ matchExpressions: matchExpressions.filter(isOfZone) }));
}

function zonesOf(terms: readonly Term[]): string[] {
  return [...new Set(ofZones(terms).flatMap(({ matchExpressions = [] }) => matchExpressions.flatMap(({ values = [] }) => values)))];
}

function firstOf(claims: readonly string[]): string {
  const name = claims[0].split('/')[1];
  return claims.length > 1 ? `${name} and ${claims.length - 1} more` : name;
}
