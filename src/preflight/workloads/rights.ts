import { KarpenterApi } from '../../karpenter/api/karpenter-api';

/** One thing that our Kubernetes identity has to be allowed. */
export interface Right {
  readonly verb: string;
  /** The API group; empty for the core one. */
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  /** Everywhere if undefined. */
  readonly namespace?: string;
}

/** What the stages beyond INSTALL, and the way back from them, do through the Kubernetes API. */
export function neededRights(karpenterNamespace: string, { kinds: { claim, pool } }: Pick<KarpenterApi, 'kinds'>): Right[] {
  return [
    { verb: 'create', group: '', resource: 'pods', subresource: 'eviction' },
    { verb: 'patch', group: '', resource: 'nodes' },
    { verb: 'patch', group: 'apps', resource: 'deployments' },
    { verb: 'patch', group: 'apps', resource: 'statefulsets' },
    ...[claim, pool].flatMap(({ group, plural: resource }) => ['patch', 'delete'].map(verb => ({ verb, group, resource }))),
    { verb: 'create', group: '', resource: 'pods', namespace: karpenterNamespace },
    { verb: 'delete', group: '', resource: 'pods', namespace: karpenterNamespace },
  ];
}

/** As kubectl would say it: `create pods/eviction`, `delete machines.karpenter.sh`, `create pods in namespace karpenter`. */
export function rightText({ verb, group, resource, subresource, namespace }: Right): string {
  const full = `${resource}${group && `.${group}`}${subresource ? `/${subresource}` : ''}`;
  return `${verb} ${full}${namespace ? ` in namespace ${namespace}` : ''}`;
}
