import { Lazy } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import { AWSNodeTemplateOptions } from './aws-node-template-options';
import { AWS_NODE_TEMPLATE_OPTIONS } from './aws-node-template-shape';
import { renderAWSNodeTemplateSpec } from './aws-node-template-spec';
import { CLUSTER } from '../../input/cdk-kinds';
import { required } from '../../input/kinds';
import { checkShape, Shape } from '../../input/shape';
import { checkObjectName } from '../../kubernetes/kubernetes-names';
import { DEFAULT_NAME, applyObject, ownerMark, renderObject } from '../manifest';

/** How Karpenter launches nodes, and in which cluster. */
export interface AWSNodeTemplateProps extends AWSNodeTemplateOptions {
  /** The cluster; Karpenter's CRDs must be there, and its webhooks must answer, before this is applied. */
  readonly cluster: eks.ICluster;
}

const SHAPE: Shape<AWSNodeTemplateProps> = { ...AWS_NODE_TEMPLATE_OPTIONS, cluster: required(CLUSTER) };

/**
 * A node template of the API karpenter.k8s.aws/v1alpha1, as Karpenter 0.29 to 0.31 has it.
 *
 * Applied as `kubectl apply` does: a change is made in place, and an object with the same name that is there already is taken over.
 *
 * @see https://karpenter.sh/v0.29/concepts/node-templates/
 */
export class AWSNodeTemplate extends Construct {
  /** The name of the object. */
  public readonly nodeTemplateName: string;

  /** The resource that applies the object, for what must come before or after it. */
  public readonly manifest: eks.KubernetesManifest;

  private readonly spec: object;
  private owner?: string;

  public constructor(scope: Construct, id: string, props: AWSNodeTemplateProps) {
    super(scope, id);
    checkShape('AWSNodeTemplate', props, SHAPE);
    this.nodeTemplateName = props.name ?? DEFAULT_NAME;
    checkObjectName('AWSNodeTemplate', this.nodeTemplateName);
    this.spec = renderAWSNodeTemplateSpec(props, props.cluster.clusterName);
    this.manifest = applyObject(this, props.cluster, this.nodeTemplateName, Lazy.any({ produce: () => this._toManifest() }));
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
      apiVersion: 'karpenter.k8s.aws/v1alpha1',
      kind: 'AWSNodeTemplate',
      name: this.nodeTemplateName,
      annotations: ownerMark(this.owner),
      spec: this.spec,
    });
  }
}
