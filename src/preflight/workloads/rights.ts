import { KarpenterApi } from '../../karpenter/api/karpenter-api';
import { StepRight } from '../../workflow/step-row';
import { WORKFLOW_RIGHTS } from '../../workflow/steps';

/** One thing that our Kubernetes identity has to be allowed, as the API asks about it. */
export interface Right {
  readonly verb: string;
  /** The API group; empty for the core one. */
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  /** Everywhere if undefined. */
  readonly namespace?: string;
}

/** What the stages beyond INSTALL, and the way back from them, do through the Kubernetes API; each right once. */
export function neededRights(karpenterNamespace: string, api: Pick<KarpenterApi, 'kinds'>): Right[] {
  const rights = WORKFLOW_RIGHTS.flatMap(right => rightsOf(right, karpenterNamespace, api));
  return [...new Map(rights.map(right => [rightText(right), right])).values()];
}

function rightsOf({ verbs, of, namespace }: StepRight, karpenterNamespace: string, { kinds }: Pick<KarpenterApi, 'kinds'>): Right[] {
  const [full, subresource] = ('kind' in of ? `${kinds[of.kind].plural}.${kinds[of.kind].group}` : of.resource).split('/');
  const [resource, ...group] = full.split('.');
  return verbs.map(verb => ({
    verb,
    group: group.join('.'),
    resource,
    ...subresource === undefined ? {} : { subresource },
    ...namespace === undefined ? {} : { namespace: namespace === 'karpenter' ? karpenterNamespace : namespace },
  }));
}

/** As kubectl would say it: `create pods/eviction`, `delete machines.karpenter.sh`, `create pods in namespace karpenter`. */
export function rightText({ verb, group, resource, subresource, namespace }: Right): string {
  const full = `${resource}${group && `.${group}`}${subresource ? `/${subresource}` : ''}`;
  return `${verb} ${full}${namespace ? ` in namespace ${namespace}` : ''}`;
}
