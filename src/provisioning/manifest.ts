import { Token } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import { OWNER_ANNOTATION } from '../kubernetes/object-reference';

/** The guide's name for the Provisioner and for the node template that it refers to. */
export const DEFAULT_NAME = 'default';

/** A cluster-scoped object: all kinds of Karpenter are. */
export interface ClusterObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** May hold undefined fields, which are left out, and string, number and list tokens, which pass as they are. */
  readonly spec: object;
}

/** The annotation that says whose an object is; none of an object that nobody migrates with. */
export function ownerMark(owner: string | undefined): Record<string, string> {
  return owner === undefined ? {} : { [OWNER_ANNOTATION]: owner };
}

/** Loaded with the first object that is rendered: it costs more than all of this library, and most that is imported of it renders none. */
function cdk8s(): typeof import('cdk8s') {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require('cdk8s');
}

/**
 * Renders an object through cdk8s.
 *
 * An API object needs a chart of cdk8s above it and the CDK tree has none, so each gets one that lives for the rendering only.
 */
export function renderObject(object: ClusterObject): Record<string, unknown> {
  const { ApiObject, App, Chart } = cdk8s();
  return new ApiObject(new Chart(new App(), 'rendering'), 'object', {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      name: object.name,
      ...object.labels ? { labels: object.labels } : {},
      ...Object.keys(object.annotations ?? {}).length > 0 ? { annotations: object.annotations } : {},
    },
    spec: object.spec,
  }).toJson();
}

/**
 * Applies one object to the cluster, as `kubectl apply` does: created, or updated in place with its uid kept.
 *
 * It is not pruned by label: with one object per manifest there is nothing to prune, and the label would be a foreign
 * change of the object. As nothing is pruned, an object under another name must be another resource, or the
 * old one would stay behind unmanaged; therefore the name is part of the id.
 */
export function applyObject(scope: Construct, cluster: eks.ICluster, name: string, manifest: Record<string, any>): eks.KubernetesManifest {
  const id = Token.isUnresolved(name) ? 'Manifest' : `Manifest-${name}`;
  return new eks.KubernetesManifest(scope, id, { cluster, manifest: [manifest], prune: false, overwrite: true });
}
