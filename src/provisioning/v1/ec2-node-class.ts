import { Lazy } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import { EC2NodeClassOptions } from './ec2-node-class-options';
import { EC2_NODE_CLASS_OPTIONS } from './ec2-node-class-shape';
import { operatingSystemOf, renderEC2NodeClassSpec } from './ec2-node-class-spec';
import { checkLabelledName, checkObjectMetadata } from './object-metadata';
import { CLUSTER } from '../../input/cdk-kinds';
import { required } from '../../input/kinds';
import { checkShape, Shape } from '../../input/shape';
import { DEFAULT_NAME, applyObject, ownerMark, renderObject } from '../manifest';

/** How Karpenter launches nodes, and in which cluster. */
export interface EC2NodeClassProps extends EC2NodeClassOptions {
  /** The cluster; Karpenter's CRDs must be there before this is applied. */
  readonly cluster: eks.ICluster;
}

const SHAPE: Shape<EC2NodeClassProps> = { ...EC2_NODE_CLASS_OPTIONS, cluster: required(CLUSTER) };

/**
 * A node class of the API karpenter.k8s.aws/v1, as Karpenter 1.0 and later have it.
 *
 * Applied as `kubectl apply` does: a change is made in place, and an object with the same name that is there already is taken over.
 * What only some versions of Karpenter know is not checked here, as the version is not known here; a migration checks it.
 *
 * @see https://karpenter.sh/docs/concepts/nodeclasses/
 */
export class EC2NodeClass extends Construct {
  /** The name of the object. */
  public readonly nodeClassName: string;

  /** The resource that applies the object, for what must come before or after it. */
  public readonly manifest: eks.KubernetesManifest;

  /**
   * What nodes run; undefined where the image decides it.
   *
   * @internal
   */
  public readonly _operatingSystem?: string;

  private readonly spec: object;
  private owner?: string;
  private readonly labels?: { [key: string]: string };
  private readonly annotations?: { [key: string]: string };

  public constructor(scope: Construct, id: string, props: EC2NodeClassProps) {
    super(scope, id);
    checkShape('EC2NodeClass', props, SHAPE);
    this.nodeClassName = props.name ?? DEFAULT_NAME;
    checkLabelledName('EC2NodeClass', this.nodeClassName);
    checkObjectMetadata(props);
    this.labels = props.objectLabels;
    this.annotations = props.objectAnnotations;
    this._operatingSystem = operatingSystemOf(props);
    this.spec = renderEC2NodeClassSpec(props, props.cluster.clusterName);
    this.manifest = applyObject(this, props.cluster, this.nodeClassName, Lazy.any({ produce: () => this._toManifest() }));
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
      apiVersion: 'karpenter.k8s.aws/v1',
      kind: 'EC2NodeClass',
      name: this.nodeClassName,
      labels: this.labels,
      annotations: { ...this.annotations, ...ownerMark(this.owner) },
      spec: this.spec,
    });
  }
}
