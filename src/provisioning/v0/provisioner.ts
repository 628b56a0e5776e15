import { Lazy } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import { checkObjectName } from '../../kubernetes/kubernetes-names';
import { DEFAULT_NAME, applyObject, ownerMark, renderObject } from '../manifest';
import { ProvisionerOptions } from './provisioner-options';
import { PROVISIONER_OPTIONS } from './provisioner-shape';
import { renderProvisionerSpec } from './provisioner-spec';
import { CLUSTER } from '../../input/cdk-kinds';
import { required } from '../../input/kinds';
import { checkShape, Shape } from '../../input/shape';

/** On a Provisioner whose migration is being removed. */
const REMOVAL_MARK = { 'cdk-karpenter-migration/stage': 'REMOVED' };

/** Which nodes Karpenter launches, and in which cluster. */
export interface ProvisionerProps extends ProvisionerOptions {
  /** The cluster; Karpenter's CRDs must be there, and its webhooks must answer, before this is applied. */
  readonly cluster: eks.ICluster;
}

const SHAPE: Shape<ProvisionerProps> = { ...PROVISIONER_OPTIONS, cluster: required(CLUSTER) };

/**
 * A Provisioner of the API karpenter.sh/v1alpha5, as Karpenter 0.29 to 0.31 has it.
 *
 * Applied as `kubectl apply` does: a change is made in place, and an object with the same name that is there already is taken over.
 *
 * @see https://karpenter.sh/v0.29/concepts/provisioners/
 */
export class Provisioner extends Construct {
  /** The name of the object. */
  public readonly provisionerName: string;

  /** The resource that applies the object, for what must come before or after it. */
  public readonly manifest: eks.KubernetesManifest;

  private readonly spec: object;
  private removed = false;
  private owner?: string;

  public constructor(scope: Construct, id: string, props: ProvisionerProps) {
    super(scope, id);
    checkShape('Provisioner', props, SHAPE);
    if (props.nodeTemplate && props.nodeTemplateName !== undefined) {
      throw new Error(`\`nodeTemplate\` and \`nodeTemplateName\` ("${props.nodeTemplateName}") are both set: keep one of them`);
    }
    const nodeTemplateName = props.nodeTemplate?.nodeTemplateName ?? props.nodeTemplateName ?? DEFAULT_NAME;
    this.provisionerName = props.name ?? DEFAULT_NAME;
    checkObjectName('Provisioner', this.provisionerName);
    checkObjectName('AWSNodeTemplate', nodeTemplateName);
    this.spec = renderProvisionerSpec(props, nodeTemplateName);
    this.manifest = applyObject(this, props.cluster, this.provisionerName, Lazy.any({ produce: () => this._toManifest() }));
    if (props.nodeTemplate) {
      this.node.addDependency(props.nodeTemplate);
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
      apiVersion: 'karpenter.sh/v1alpha5',
      kind: 'Provisioner',
      name: this.provisionerName,
      annotations: { ...ownerMark(this.owner), ...this.removed ? REMOVAL_MARK : {} },
      spec: this.spec,
    });
  }
}
