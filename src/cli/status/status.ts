import { commandFor } from './commands';
import { NodesStatus, PauseStatus, STATUS_SCHEMA, StatusDocument } from './contract';
import { ClaimedRun } from './ports';
import { OWNER_LABELS } from '../../karpenter/apis';
import { NodeView } from '../../kubernetes/views';
import { articleUrl } from '../../words/runbook';
import { DRAIN_RECORD } from '../../workflow/records';
import { RunReport } from '../../workflow/run-record';
import { NodegroupState } from '../../workflow/scale-down/port';
import { standingOf } from '../../workflow/scale-down/sizes';

/** What was read at one moment. */
export interface StatusFacts {
  readonly cluster: string;
  readonly region: string;
  readonly claim?: ClaimedRun;
  readonly nodegroups?: readonly NodegroupState[];
  readonly nodes?: readonly NodeView[];
}

export function statusOf({ cluster, region, claim, nodegroups, nodes }: StatusFacts): StatusDocument {
  const base = { schema: STATUS_SCHEMA, cluster, region } as const;
  if (!claim) {
    return { ...base, state: 'none' };
  }
  const { run: { owner, stage, generation, report }, abandoned } = claim;
  if (abandoned || stage === undefined) {
    return { ...base, state: abandoned ? 'abandoned' : 'installed', owner };
  }
  // The last word of a run that was replaced says nothing about the one that follows.
  const current = report?.generation === generation ? report : undefined;
  return {
    ...base,
    state: current?.outcome ?? 'beginning',
    owner,
    stage,
    generation,
    ...current && { says: current.says, execution: { arn: current.execution, console: consoleOf(current.execution, region) } },
    ...current && pauseOf(current, cluster),
    ...current?.podsEvicted !== undefined && { pods: { moved: current.podsEvicted, refused: current.evictionsRefused ?? 0 } },
    ...nodegroups && nodes && { nodes: nodesOf(nodegroups, nodes) },
  };
}

function pauseOf({ outcome, by, pausedSince, says }: RunReport, cluster: string): { readonly pause?: PauseStatus } {
  if (by === undefined || pausedSince === undefined || (outcome !== 'paused' && outcome !== 'stopped')) {
    return {};
  }
  const command = commandFor(by, says, cluster);
  return { pause: { by, since: pausedSince, runbook: articleUrl(by), ...command === undefined ? {} : { command } } };
}

/** Nodes that have gone, of all that go; on the way back the sizes that were found are the end of it. */
function nodesOf(nodegroups: readonly NodegroupState[], nodes: readonly NodeView[]): NodesStatus {
  const standings = nodegroups.flatMap(group => {
    const { recorded, target } = standingOf(group);
    return recorded && target ? [{ all: Math.max(0, recorded.desired - target.kept), gone: recorded.desired - group.group.sizes.desired }] : [];
  });
  return {
    all: standings.reduce((sum, { all }) => sum + all, 0),
    done: standings.reduce((sum, { all, gone }) => sum + Math.min(all, Math.max(0, gone)), 0),
    draining: nodes.filter(({ annotations }) => annotations[DRAIN_RECORD] !== undefined).map(({ name }) => name),
    karpenter: nodes.filter(({ labels }) => OWNER_LABELS.some(label => labels[label] !== undefined)).length,
  };
}

/** Where the execution is a picture. */
export function consoleOf(execution: string, region: string): string {
  const [, partition] = execution.split(':');
  const host = partition === 'aws-cn' ? 'console.amazonaws.cn' : partition === 'aws-us-gov' ? 'console.amazonaws-us-gov.com' : `${region}.console.aws.amazon.com`;
  return `https://${host}/states/home?region=${region}#/v2/executions/details/${encodeURIComponent(execution)}`;
}
