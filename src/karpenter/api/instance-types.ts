import { Resources } from '../../kubernetes/pod-needs';
import { WellKnownLabel } from '../../provisioning/well-known-label';

/** An instance type as EC2 describes it. */
export interface InstanceTypeFacts {
  readonly name: string;
  /** As Kubernetes calls it: `amd64` or `arm64`. */
  readonly arch: string;
  /** Without overheads, which nobody knows exactly before the node is there: what does not fit here fits nowhere. */
  readonly resources: Resources;
}

/** The labels of a type's nodes that Karpenter chooses types by, as far as they are known here. */
export function labelsOfType({ name, arch, resources }: InstanceTypeFacts): Array<readonly [label: string, value: string]> {
  const [, category, generation] = /^([a-z]+)(?:-\d+tb)?(\d+).*\./.exec(name) ?? [];
  const [family, size] = name.split('.');
  return [
    [WellKnownLabel.INSTANCE_TYPE, name],
    [WellKnownLabel.ARCH, arch],
    [WellKnownLabel.INSTANCE_FAMILY, family],
    [WellKnownLabel.INSTANCE_SIZE, size],
    [WellKnownLabel.INSTANCE_CPU, String(resources.cpu)],
    [WellKnownLabel.INSTANCE_MEMORY, String(resources.memory / 2 ** 20)],
    ...category ? [[WellKnownLabel.INSTANCE_CATEGORY, category], [WellKnownLabel.INSTANCE_GENERATION, generation]] as const : [],
  ];
}
