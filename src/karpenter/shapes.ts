import { ChartSource } from './chart-source';
import { ControllerImageOptions } from './controller-image-options';
import { KarpenterRelease } from './karpenter-release';
import { DIGEST, REPOSITORY, TAG } from '../input/images';
import { Kind } from '../input/kind';
import { free, instance, integer, list } from '../input/kinds';
import { Shape } from '../input/shape';

/** Kinds of what several chapters are given. */

export const RELEASE = instance(KarpenterRelease, 'KarpenterRelease.v0() or KarpenterRelease.v1()');

export const CHART_SOURCE = instance(ChartSource, 'ChartSource.publicEcr(), ChartSource.oci(...) or ChartSource.directory(...)');

export const CONTROLLER_IMAGE_OPTIONS: Shape<ControllerImageOptions> = { repository: REPOSITORY, tag: TAG, digest: DIGEST };

/** Helm takes null for "without what the chart has". */
function orNull<T>(kind: Kind<T>): Kind<T> {
  return { ...kind, check: (what, value) => value === null || kind.check(what, value) };
}

const PART = free();

/** Values of the chart are free, but for those with which there would be no Karpenter, or none that is ours. */
export const VALUES = free({
  replicas: integer(1, 100),
  settings: PART,
  serviceAccount: PART,
  controller: free({ image: PART, resources: orNull(PART) }),
  affinity: orNull(PART),
  nodeSelector: orNull(PART),
  tolerations: orNull(list(PART)),
  topologySpreadConstraints: orNull(list(PART)),
}, 'an object, such as { replicas: 2 }');
