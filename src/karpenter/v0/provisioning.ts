import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { KarpenterReleaseV0Options } from './release-options';
import { checkShape } from '../../input/shape';
import { DEFAULT_NAME } from '../../provisioning/manifest';
import { joinIds, NodeNetwork } from '../../provisioning/node-network';
import { ObjectNames } from '../../provisioning/object-names';
import { mayLaunchSpot, RenderedRequirement } from '../../provisioning/spot';
import { AWSNodeTemplate } from '../../provisioning/v0/aws-node-template';
import { AWSNodeTemplateOptions } from '../../provisioning/v0/aws-node-template-options';
import { AWS_NODE_TEMPLATE_OPTIONS } from '../../provisioning/v0/aws-node-template-shape';
import { runsWindows } from '../../provisioning/v0/aws-node-template-spec';
import { Provisioner } from '../../provisioning/v0/provisioner';
import { ProvisionerOptions } from '../../provisioning/v0/provisioner-options';
import { PROVISIONER_OPTIONS } from '../../provisioning/v0/provisioner-shape';
import { Provisioning, ProvisioningContext } from '../generation';

/** The Provisioners and node templates of one migration. */
export class V0Provisioning implements Provisioning {
  /** Undefined where the first Provisioner brings its own. */
  public readonly nodeTemplate?: AWSNodeTemplate;
  public readonly provisioner: Provisioner;

  private readonly provisioners = new ObjectNames('a Provisioner');
  private readonly nodeTemplates = new ObjectNames('an AWSNodeTemplate');
  private readonly known = new Set<AWSNodeTemplate>();
  /** How nodes of Provisioners are launched that do not say so themselves. */
  private readonly launch: Pick<ProvisionerOptions, 'nodeTemplate' | 'nodeTemplateName'>;

  public constructor(
    private readonly scope: Construct,
    private readonly context: ProvisioningContext,
    { provisioner = {}, nodeTemplate = {} }: KarpenterReleaseV0Options,
  ) {
    this.nodeTemplate = bringsNodeTemplate(provisioner) ? undefined : this.addNodeTemplate('NodeTemplate', nodeTemplate);
    this.launch = { nodeTemplate: this.nodeTemplate ?? provisioner.nodeTemplate, nodeTemplateName: provisioner.nodeTemplateName };
    this.provisioner = this.addProvisioner('Provisioner', provisioner);
  }

  public get poolNames(): readonly string[] {
    return this.provisioners.all;
  }

  public get nodeClassNames(): readonly string[] {
    return this.nodeTemplates.all;
  }

  public addProvisioner(id: string, options: ProvisionerOptions): Provisioner {
    checkShape('addProvisioner', options, PROVISIONER_OPTIONS);
    const { cluster, owner, isRemoved, addPool, allowSpot } = this.context;
    this.provisioners.take(options.name ?? DEFAULT_NAME);
    this.adopt(options.nodeTemplate);
    const launch = bringsNodeTemplate(options) ? {} : this.launch;
    const provisioner = new Provisioner(this.scope, id, { ...options, ...launch, cluster });
    provisioner._markOwner(owner);
    if (isRemoved) {
      provisioner._markRemoved();
    }
    addPool(provisioner.provisionerName, provisioner);
    if (launchesSpot(provisioner)) {
      allowSpot(provisioner);
    }
    return provisioner;
  }

  public addNodeTemplate(id: string, options: AWSNodeTemplateOptions): AWSNodeTemplate {
    checkShape('addNodeTemplate', options, AWS_NODE_TEMPLATE_OPTIONS);
    const { cluster, network, allowWindows } = this.context;
    // A profile may hold a role that is let in elsewhere.
    if (options.instanceProfileName === undefined && runsWindows(options)) {
      allowWindows(`AWSNodeTemplate "${options.name ?? DEFAULT_NAME}"`);
    }
    const { subnetSelector, securityGroupSelector } = selectorsOf(network);
    const template = new AWSNodeTemplate(this.scope, id, {
      cluster,
      subnetSelector,
      ...options.launchTemplateName === undefined ? { securityGroupSelector } : {},
      ...options,
    });
    this.join(template);
    return template;
  }

  /** A node template that the user made is as much needed by nodes as ours; one of another stack is that stack's. */
  private adopt(template: AWSNodeTemplate | undefined): void {
    if (template && !this.known.has(template) && Stack.of(template) === Stack.of(this.scope)) {
      this.join(template);
    }
  }

  private join(template: AWSNodeTemplate): void {
    this.nodeTemplates.take(template.nodeTemplateName);
    this.known.add(template);
    template._markOwner(this.context.owner);
    this.context.addNodeClass(template.nodeTemplateName, template);
  }
}

/** Refuses options that contradict each other. */
export function checkLaunch({ provisioner, nodeTemplate }: KarpenterReleaseV0Options): void {
  if (nodeTemplate && bringsNodeTemplate(provisioner)) {
    const given = provisioner?.nodeTemplateName === undefined ? 'nodeTemplate' : `nodeTemplateName ("${provisioner.nodeTemplateName}")`;
    throw new Error(`provisioner.${given} is set, so nodeTemplate would have no effect: keep one of them`);
  }
}

/** Whether a Provisioner's nodes are launched by a node template of its own. */
function bringsNodeTemplate(options: ProvisionerOptions = {}): boolean {
  return options.nodeTemplate !== undefined || options.nodeTemplateName !== undefined;
}

/** Without a word about the capacity type, a webhook makes it on-demand. */
function launchesSpot(provisioner: Provisioner): boolean {
  const spec = provisioner._toManifest().spec as { readonly requirements?: RenderedRequirement[]; readonly labels?: Record<string, string> };
  return mayLaunchSpot(spec.requirements ?? [], spec.labels ?? {}, false);
}

/** Ids have a key of their own among the tags, with commas in its value. */
function selectorsOf(network: NodeNetwork): Required<Pick<AWSNodeTemplateOptions, 'subnetSelector' | 'securityGroupSelector'>> {
  if ('tag' in network) {
    const selector = { [network.tag.key]: network.tag.value };
    return { subnetSelector: selector, securityGroupSelector: selector };
  }
  return { subnetSelector: { 'aws-ids': joinIds(network.subnetIds) }, securityGroupSelector: { 'aws-ids': joinIds(network.securityGroupIds) } };
}
