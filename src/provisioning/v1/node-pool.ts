import { Lazy } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import { NodePoolOptions } from './node-pool-options';
import { NODE_POOL_OPTIONS } from './node-pool-shape';
import { renderNodePoolSpec } from './node-pool-spec';
import { checkLabelledName, checkObjectMetadata } from './object-metadata';
import { CLUSTER } from '../../input/cdk-kinds';
import { required } from '../../input/kinds';
import { checkShape, Shape } from '../../input/shape';
import { DEFAULT_NAME, applyObject, ownerMark, renderObject } from '../manifest';

/** On a NodePool whose migration is being removed. */
const REMOVAL_MARK = { 'cdk-karpenter-migration/stage': 'REMOVED' };

/** Which nodes Karpenter launches, and in which cluster. */
export interface NodePoolProps extends NodePoolOptions {
  /** The cluster; Karpenter's CRDs must be there before this is applied. */
  readonly cluster: eks.ICluster;
}

const SHAPE: Shape<NodePoolProps> = { ...NODE_POOL_OPTIONS, cluster: required(CLUSTER) };

/**
 * A NodePool of the API karpenter.sh/v1, as Karpenter 1.0 and later have it.
 *
 * Applied as `kubectl apply` does: a change is made in place, and an object with the same name that is there already is taken over.
 * What only some versions of Karpenter know is not checked here, as the version is not known here; a migration checks it.
 *
 * @see https://karpenter.sh/docs/concepts/nodepools/
 */
export class NodePool extends Construct {
  /** The name of the object. */
  public readonly nodePoolName: string;

  /** The resource that applies the object, for what must come before or after it. */
  public readonly manifest: eks.KubernetesManifest;

  private readonly spec: object;
  private readonly labels?: { [key: string]: string };
  private readonly annotations?: { [key: string]: string };
  private removed = false;
  private owner?: string;

  public constructor(scope: Construct, id: string, props: NodePoolProps) {
    super(scope, id);
    checkShape('NodePool', props, SHAPE);
    if (props.nodeClass && props.nodeClassName !== undefined) {
      throw new Error(`\`nodeClass\` and \`nodeClassName\` ("${props.nodeClassName}") are both set: keep one of them`);
    }
    const nodeClassName = props.nodeClass?.nodeClassName ?? props.nodeClassName ?? DEFAULT_NAME;
    this.nodePoolName = props.name ?? DEFAULT_NAME;
    checkLabelledName('NodePool', this.nodePoolName);
    checkLabelledName('EC2NodeClass', nodeClassName);
    checkObjectMetadata(props);
    this.labels = props.objectLabels;
    this.annotations = props.objectAnnotations;
    this.spec = renderNodePoolSpec(props, nodeClassName);
    this.manifest = applyObject(this, props.cluster, this.nodePoolName, Lazy.any({ produce: () => this._toManifest() }));
    if (props.nodeClass) {
      this.node.addDependency(props.nodeClass);
    }
  }

  /**
   * Renders the object with a mark, and without it again on the way back: the removal deletes the object itself once no node of it is
   * left, and CloudFormation makes it again only where the manifest differs.
   *
   * @internal
   */
  public _markRemoved(): void {
    this.removed = true;
  }

  /**
   * Renders the object with whose it is, by which the migration knows it later, under whatever name.
   *
   * @internal
   */
  public _markOwner(owner: string): void {
    this.owner = owner;
  }

  /**
   * The object as it is applied.
   *
   * @internal
   */
  public _toManifest(): Record<string, unknown> {
    return renderObject({
      apiVersion: 'karpenter.sh/v1',
      kind: 'NodePool',
      name: this.nodePoolName,
      labels: this.labels,
      annotations: { ...this.annotations, ...ownerMark(this.owner), ...this.removed ? REMOVAL_MARK : {} },
      spec: this.spec,
    });
  }
}
