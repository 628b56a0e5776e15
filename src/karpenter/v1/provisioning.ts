import { Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { V1_API } from './api';
import { KarpenterReleaseV1Options } from './release-options';
import { checkShape } from '../../input/shape';
import { DEFAULT_NAME } from '../../provisioning/manifest';
import { NodeNetwork } from '../../provisioning/node-network';
import { ObjectNames } from '../../provisioning/object-names';
import { mayLaunchSpot } from '../../provisioning/spot';
import { NodeClassAmiFamily } from '../../provisioning/v1/ami';
import { EC2NodeClass } from '../../provisioning/v1/ec2-node-class';
import { EC2NodeClassOptions } from '../../provisioning/v1/ec2-node-class-options';
import { EC2_NODE_CLASS_OPTIONS } from '../../provisioning/v1/ec2-node-class-shape';
import { operatingSystemOf } from '../../provisioning/v1/ec2-node-class-spec';
import { NodePool } from '../../provisioning/v1/node-pool';
import { NodePoolOptions } from '../../provisioning/v1/node-pool-options';
import { NODE_POOL_OPTIONS } from '../../provisioning/v1/node-pool-shape';
import { SecurityGroupTerm, SubnetTerm } from '../../provisioning/v1/selector-terms';
import { checkEC2NodeClassVersion, checkNodePoolVersion } from '../../provisioning/v1/version-needs';
import { Provisioning, ProvisioningContext } from '../generation';
import { ObjectGuard } from '../object-guard/object-guard';
import { ObjectReady } from '../object-ready/object-ready';

/**
 * With less, pods that have their own network lose the credentials of their node when they move from a node group with 2 hops. Which limit
 * node groups have is known in the deployment only.
 */
const DEFAULT_HOP_LIMIT = 2;

/**
 * What Karpenter learned from a dry run that it may not do, it tells for so long. Rights may reach EC2 later than the controller starts, and a
 * deployment that has mended them comes to an answer from before.
 */
const REFUSALS = {
  reasons: ['CreateLaunchTemplateAuthCheckFailed', 'CreateFleetAuthCheckFailed', 'RunInstancesAuthCheckFailed'], minutes: 30,
};

/** The NodePools and node classes of one migration. */
export class V1Provisioning implements Provisioning {
  /** Undefined where the first NodePool brings its own. */
  public readonly nodeClass?: EC2NodeClass;
  public readonly nodePool: NodePool;

  private readonly nodePools = new ObjectNames('a NodePool');
  private readonly nodeClasses = new ObjectNames('an EC2NodeClass');
  private readonly known = new Set<EC2NodeClass>();
  /** How nodes of NodePools are launched that do not say so themselves. */
  private readonly launch: Pick<NodePoolOptions, 'nodeClass' | 'nodeClassName'>;

  public constructor(
    private readonly scope: Construct,
    private readonly context: ProvisioningContext,
    private readonly version: string,
    private readonly options: KarpenterReleaseV1Options,
  ) {
    const { nodePool = {}, nodeClass = {} } = options;
    this.nodeClass = bringsNodeClass(nodePool) ? undefined : this.addNodeClass('NodeClass', nodeClass);
    this.launch = { nodeClass: this.nodeClass ?? nodePool.nodeClass, nodeClassName: nodePool.nodeClassName };
    this.nodePool = this.addNodePool('NodePool', nodePool);
  }

  public get poolNames(): readonly string[] {
    return this.nodePools.all;
  }

  public get nodeClassNames(): readonly string[] {
    return this.nodeClasses.all;
  }

  public addNodePool(id: string, options: NodePoolOptions): NodePool {
    checkShape('addNodePool', options, NODE_POOL_OPTIONS);
    const { cluster, owner, isRemoved, addPool, allowSpot } = this.context;
    this.nodePools.take(options.name ?? DEFAULT_NAME);
    checkNodePoolVersion(options, this.version);
    this.adopt(options.nodeClass);
    const launch = bringsNodeClass(options) ? {} : this.launch;
    const pool = new NodePool(this.scope, id, { ...options, ...launch, cluster });
    pool._markOwner(owner);
    if (isRemoved) {
      pool._markRemoved();
    }
    addPool(pool.nodePoolName, pool);
    if (launchesSpot(pool)) {
      allowSpot(pool);
    }
    return pool;
  }

  public addNodeClass(id: string, options: EC2NodeClassOptions): EC2NodeClass {
    checkShape('addNodeClass', options, EC2_NODE_CLASS_OPTIONS);
    const { cluster, network, nodeRole, allowWindows } = this.context;
    checkEC2NodeClassVersion(options, this.version);
    this.checkRole(options);
    // A profile may hold a role that is let in elsewhere.
    if (options.instanceProfile === undefined && operatingSystemOf(options) === 'windows') {
      allowWindows(`EC2NodeClass "${options.name ?? DEFAULT_NAME}"`);
    }
    const nodeClass = new EC2NodeClass(this.scope, id, {
      ...termsOf(network),
      ...options,
      ...options.instanceProfile === undefined ? { role: nodeRole } : {},
      metadataOptions: { httpPutResponseHopLimit: DEFAULT_HOP_LIMIT, ...options.metadataOptions },
      cluster,
    });
    this.join(nodeClass, options.amiAlias?.family === NodeClassAmiFamily.AL2);
    return nodeClass;
  }

  /** A node class that the user made is as much needed by nodes as ours; one of another stack is that stack's. */
  private adopt(nodeClass: EC2NodeClass | undefined): void {
    if (nodeClass && !this.known.has(nodeClass) && Stack.of(nodeClass) === Stack.of(this.scope)) {
      this.join(nodeClass);
    }
  }

  private join(nodeClass: EC2NodeClass, hasAl2Images?: boolean): void {
    const { cluster, owner, isRemoved, kubernetesHandler, revision, addNodeClass } = this.context;
    this.nodeClasses.take(nodeClass.nodeClassName);
    this.known.add(nodeClass);
    nodeClass._markOwner(owner);
    const ready = new ObjectReady(nodeClass, 'Ready', {
      cluster,
      kubernetesHandler,
      revision,
      kind: V1_API.kinds.nodeClass,
      word: V1_API.words.nodeClass,
      name: nodeClass.nodeClassName,
      wait: !isRemoved,
      manifest: nodeClass._toManifest(),
      remembered: REFUSALS,
    });
    ready.node.addDependency(nodeClass.manifest);
    this.guard(nodeClass);
    addNodeClass(nodeClass.nodeClassName, nodeClass, hasAl2Images);
  }

  /** Until a node class has let its instance profile and launch templates go, the controller and its rights stay. */
  private guard(nodeClass: EC2NodeClass): void {
    const { cluster, kubernetesHandler } = this.context;
    const { nodeClassName: name } = nodeClass;
    // As with the manifest, another name is another resource.
    const id = Token.isUnresolved(name) ? 'Guard' : `Guard-${name}`;
    nodeClass.manifest.node.addDependency(new ObjectGuard(nodeClass, id, {
      cluster, kubernetesHandler, kind: V1_API.kinds.nodeClass, word: V1_API.words.nodeClass, name,
    }));
  }

  private checkRole({ role, instanceProfile, name = DEFAULT_NAME }: EC2NodeClassOptions): void {
    const { nodeRole, ownsNodeRole } = this.context;
    if (role && role !== nodeRole) {
      throw new Error(`\`role\` of the node class "${name}" is not the migration's node role, the only one that is let into the cluster and that the controller may `
        + 'pass: leave it out, and set `nodeRole` of the migration to the role of your nodes');
    }
    if (instanceProfile !== undefined && ownsNodeRole) {
      throw new Error(`\`instanceProfile\` of the node class "${name}" is set without \`nodeRole\`: set \`nodeRole\` of the migration to the role in that profile, `
        + 'because it must be let into the cluster and be passed');
    }
    if (instanceProfile === undefined && !makesInstanceProfiles(this.options)) {
      throw new Error(`the node class "${name}" has no \`instanceProfile\`, and the first one has: the controller may then make no profiles; set one here too`);
    }
  }
}

/** Refuses options that contradict each other. */
export function checkLaunch({ nodePool, nodeClass }: KarpenterReleaseV1Options): void {
  if (nodeClass && bringsNodeClass(nodePool)) {
    const given = nodePool?.nodeClassName === undefined ? 'nodeClass' : `nodeClassName ("${nodePool.nodeClassName}")`;
    throw new Error(`nodePool.${given} is set, so nodeClass would have no effect: keep one of them`);
  }
}

/** Whether Karpenter makes instance profiles from the node role, as it does unless it is given one. */
export function makesInstanceProfiles({ nodeClass }: KarpenterReleaseV1Options): boolean {
  return nodeClass?.instanceProfile === undefined;
}

/** Whether a NodePool's nodes are launched by a node class of its own. */
function bringsNodeClass(options: NodePoolOptions = {}): boolean {
  return options.nodeClass !== undefined || options.nodeClassName !== undefined;
}

/** Without a word about the capacity type, Karpenter 1 launches any. */
function launchesSpot(pool: NodePool): boolean {
  const { template } = pool._toManifest().spec as { readonly template: { readonly metadata?: { readonly labels?: object }; readonly spec: any } };
  return mayLaunchSpot(template.spec.requirements ?? [], { ...template.metadata?.labels }, true);
}

/** How a node class selects its network where it does not say so itself. */
function termsOf(network: NodeNetwork): Pick<EC2NodeClassOptions, 'subnetSelectorTerms' | 'securityGroupSelectorTerms'> {
  if ('tag' in network) {
    const tags = { [network.tag.key]: network.tag.value };
    return { subnetSelectorTerms: [SubnetTerm.tags(tags)], securityGroupSelectorTerms: [SecurityGroupTerm.tags(tags)] };
  }
  return {
    subnetSelectorTerms: SubnetTerm._ofIds(network.subnetIds),
    securityGroupSelectorTerms: SecurityGroupTerm._ofIds(network.securityGroupIds),
  };
}
