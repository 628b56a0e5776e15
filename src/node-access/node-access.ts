import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { AwsAuthRoleMapping } from './aws-auth-role-mapping';
import { ManagedKind, NodeAccessKind } from './contract';
import { NodeAccessEntry } from './node-access-entry';
import { ownerOf } from '../cluster/owner';
import { KubernetesHandlerOptions } from '../custom-resources/kubernetes-handler-options';
import { FLAG } from '../input/kinds';
import { checkShape, Shape } from '../input/shape';
import { MigrationStage } from '../words/migration-stage';

/** What nodes they are that get in. */
export interface NodeAccessOptions {
  /**
   * Whether Karpenter's nodes run Windows, all or some of them.
   *
   * Windows nodes need the group `eks:kube-proxy-windows`, without which their pods reach no Service. An access entry gives it with the
   * type `EC2_WINDOWS` instead of `EC2_LINUX`, a mapping has it in its list. A migration has one node role, and a role has one entry of
   * one type: AWS advises a role of its own for Windows nodes, so give Windows and Linux pools different roles where that matters, the
   * second one by a `NodeAccessEntry` or `AwsAuthRoleMapping` of your own and by an instance profile that its node class names.
   *
   * A migration whose node class has a Windows image and no instance profile of its own needs it: an error says so. It may be set without
   * such a node class, for one that is made elsewhere or comes later, because an access entry cannot change its type.
   *
   * @default false
   * @see https://docs.aws.amazon.com/eks/latest/userguide/windows-support.html
   */
  readonly windows?: boolean;
}

/**
 * What lets nodes in is made of.
 *
 * @internal
 */
export interface NodeAccessContext {
  readonly cluster: eks.ICluster;
  readonly role: iam.IRole;
  readonly stage: MigrationStage;
  readonly revision?: string;
  readonly kubernetesHandler?: KubernetesHandlerOptions;
}

/**
 * How the nodes that Karpenter launches get into the cluster.
 *
 * What one choice made stays when another one takes its place, so that no node loses its way in, and goes with the removal of the
 * migration. An entry in CDK's own list does not, see `awsAuth`: it goes with `accessEntry` and `unmanaged`.
 */
export abstract class NodeAccess {
  /**
   * An access entry where the cluster's authentication mode takes one (`API`, `API_AND_CONFIG_MAP`), the guide's entry in the ConfigMap
   * `aws-auth` else (`CONFIG_MAP`). Of a cluster that is made in the same app and whose `awsAuth` is used, it is an entry of that, as with
   * `awsAuth()`, and it is there beside the access entry too.
   *
   * The mode is read in the deployment, with every other stage or `revision`. Once it takes access entries, deploy with another
   * `revision`: the access entry is made, and the entry in the ConfigMap stays beside it until the migration is removed. Do so before the
   * mode becomes `API`, which ignores the ConfigMap.
   *
   * @see https://docs.aws.amazon.com/eks/latest/userguide/grant-k8s-access.html
   */
  public static auto(options: NodeAccessOptions = {}): NodeAccess {
    return new ManagedNodeAccess('auto', checked('auto', options));
  }

  /**
   * An access entry of type `EC2_LINUX`, or `EC2_WINDOWS` with `windows`. One that exists and fits is left alone.
   *
   * For clusters whose authentication mode is `API` or `API_AND_CONFIG_MAP`.
   *
   * @see https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
   */
  public static accessEntry(options: NodeAccessOptions = {}): NodeAccess {
    return new ManagedNodeAccess('access-entry', checked('accessEntry', options));
  }

  /**
   * One entry in the ConfigMap `aws-auth`, as in the guide; everything else in it stays byte for byte.
   *
   * Of a cluster that is made in the same app, and whose `awsAuth` is used, it is an entry of that `awsAuth`. It stays with stage `REMOVED`,
   * because the nodes that are drained then need it, and goes when the migration is taken out of the app. So deploy `REMOVED` before you do
   * that: without, the change takes the entry away while nodes live, and no deletion policy holds it.
   *
   * For clusters whose authentication mode is `CONFIG_MAP` or `API_AND_CONFIG_MAP`.
   *
   * @see https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html
   */
  public static awsAuth(options: NodeAccessOptions = {}): NodeAccess {
    return new ManagedNodeAccess('aws-auth', checked('awsAuth', options));
  }

  /**
   * Done elsewhere: the node role is mapped already, or has an access entry of type `EC2_LINUX` (`EC2_WINDOWS` for Windows).
   *
   * Without either, instances launch but never become nodes.
   */
  public static unmanaged(): NodeAccess {
    return new UnmanagedNodeAccess();
  }

  /**
   * What the cluster has to be able to do for it.
   *
   * @internal
   */
  public abstract readonly _kind: NodeAccessKind;

  /**
   * Lets the role in; what comes back has to be there before an instance is launched.
   *
   * @internal
   */
  public abstract _bind(scope: Construct, context: NodeAccessContext): Construct[];

  /**
   * What takes away, on removal, what a former choice made, and lets nobody in.
   *
   * @param scope where nothing of a choice is
   * @param former the scope of what a former choice made
   * @internal
   */
  public abstract _retire(scope: Construct, former: Construct, context: NodeAccessContext): Construct[];

  /**
   * Refuses a node class with Windows nodes that would get in as Linux.
   *
   * @internal
   */
  public abstract _requireWindows(nodeClass: string): void;
}

/** The static that makes each choice. */
const CHOICES: Readonly<Record<ManagedKind, string>> = { 'auto': 'auto', 'access-entry': 'accessEntry', 'aws-auth': 'awsAuth' };

const OPTIONS: Shape<NodeAccessOptions> = { windows: FLAG };

function checked(choice: string, options: NodeAccessOptions): NodeAccessOptions {
  checkShape(`NodeAccess.${choice}`, options, OPTIONS);
  return options;
}

/** Both resources are there with every choice, so that what a former one made is taken away by the removal. */
class ManagedNodeAccess extends NodeAccess {
  public constructor(public readonly _kind: ManagedKind, private readonly options: NodeAccessOptions) {
    super();
  }

  public _bind(scope: Construct, { cluster, role, stage, revision, kubernetesHandler }: NodeAccessContext): Construct[] {
    const props = { cluster, role, ...this.options, _kind: this._kind };
    // Of a cluster that is made in the app, the entry has to be there with the mode, because CDK may change aws-auth with it.
    const mode = cluster instanceof eks.Cluster ? cluster.authenticationMode : undefined;
    return [
      // From one stage to the next the mode may have become one that ignores the mapping.
      new NodeAccessEntry(scope, 'AccessEntry', { ...props, revision: [stage, mode, revision].filter(part => part !== undefined).join(' ') }),
      new AwsAuthRoleMapping(scope, 'NodeAccess', { ...props, revision, kubernetesHandler }),
    ];
  }

  public _requireWindows(nodeClass: string): void {
    if (!this.options.windows) {
      throw new Error(`${nodeClass} has Windows nodes, and \`nodeAccess\` lets nodes in as Linux, so that their pods would reach no Service: `
        + `set \`nodeAccess\` to NodeAccess.${CHOICES[this._kind]}({ windows: true })`);
    }
  }

  /** Its own resources do it. */
  public _retire(): Construct[] {
    return [];
  }
}

class UnmanagedNodeAccess extends NodeAccess {
  public readonly _kind = 'unmanaged';

  public _bind(): Construct[] {
    return [];
  }

  /** Whoever lets nodes in has to know. */
  public _requireWindows(): void {}

  /** Each is a part of a choice with which it makes nothing, whatever the cluster's mode is. */
  public _retire(scope: Construct, former: Construct, { cluster, role, revision, kubernetesHandler }: NodeAccessContext): Construct[] {
    return [
      new NodeAccessEntry(scope, 'AccessEntry', { cluster, role, revision, _kind: 'aws-auth', _owner: `${ownerOf(former)}/AccessEntry` }),
      new AwsAuthRoleMapping(scope, 'NodeAccess', { cluster, role, revision, kubernetesHandler, _kind: 'access-entry', _owner: `${ownerOf(former)}/NodeAccess` }),
    ];
  }
}
