import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { KarpenterApi } from '../../src/karpenter/api/karpenter-api';
import { ControllerContext, DecidedValue, Generation, PolicyPart, Provisioning, ProvisioningContext, SettingsContext } from '../../src/karpenter/generation';
import { KarpenterRelease } from '../../src/karpenter/karpenter-release';
import { V0_API } from '../../src/karpenter/v0/api';
import { applyObject, renderObject } from '../../src/provisioning/manifest';

const kind = (plural: string, singular: string) => ({ group: 'second.example.com', version: 'v7', plural, singular });

/** What synthesis asks of an API is another one's here; the rest is for functions. */
const SECOND_API: KarpenterApi = {
  ...V0_API,
  name: 'second.example.com/v7',
  kinds: { pool: kind('herds', 'herd'), nodeClass: kind('pastures', 'pasture'), claim: kind('sheep', 'sheep') },
  ownerLabel: 'second.example.com/herd',
  launchTemplateTag: 'second.example.com/cluster',
};

/** A generation that nobody has: all names differ from the first one's, it has no webhooks, and Karpenter makes the instance profiles. */
class SecondGeneration implements Generation {
  public readonly name = 'second';
  public readonly api = SECOND_API;
  public readonly version = '9.8.7';
  public readonly chartVersion = '9.8.7';
  public readonly defaultNamespace = 'meadow';
  public readonly defaultServiceAccountName = 'shepherd';
  public readonly crdNames = ['herds.second.example.com', 'pastures.second.example.com'];
  public readonly kubernetesRange = { minimum: '1.30', maximum: '1.40' };
  public readonly replicas = 3;
  public readonly controllerCpu = '2';
  public readonly controllerMemory = '2Gi';
  public readonly nodePolicies = ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly'];
  public readonly needsInstanceProfile = false;
  public readonly spreadsOverZones = false;
  public readonly queueByDefault = false;
  public readonly interruptionEvents = [{ id: 'Wolf', source: 'second.example.com', detailType: 'Wolf' }];

  public uncountedResources(): string[] {
    return [];
  }

  public decidedValues(): DecidedValue[] {
    return [{ path: ['settings', 'clusterName'], instead: '`cluster`' }];
  }

  public scopedPolicies(_scope: Construct, { clusterArn }: ControllerContext): PolicyPart[] {
    return [{ statements: [new iam.PolicyStatement({ sid: 'Second', actions: ['eks:DescribeCluster'], resources: [clusterArn] })] }];
  }

  public guidePolicies(_scope: Construct, { nodeRoleArn }: ControllerContext): PolicyPart[] {
    return [{ statements: [new iam.PolicyStatement({ sid: 'SecondGuide', actions: ['iam:PassRole'], resources: [nodeRoleArn] })] }];
  }

  public settings({ clusterName }: SettingsContext): Record<string, unknown> {
    return { clusterName };
  }

  public provision(scope: Construct, context: ProvisioningContext): Provisioning {
    return new SecondProvisioning(scope, context);
  }
}

class SecondProvisioning implements Provisioning {
  public readonly poolNames = ['first'];
  public readonly nodeClassNames = ['plain'];

  public constructor(scope: Construct, { cluster, nodeRole, network, addPool, addNodeClass }: ProvisioningContext) {
    const nodeClass = new Construct(scope, 'Pasture');
    applyObject(nodeClass, cluster, 'plain', renderObject({
      apiVersion: 'second.example.com/v7', kind: 'Pasture', name: 'plain', spec: { role: nodeRole.roleName, network },
    }));
    addNodeClass('plain', nodeClass);
    const pool = new Construct(scope, 'Herd');
    applyObject(pool, cluster, 'first', renderObject({ apiVersion: 'second.example.com/v7', kind: 'Herd', name: 'first', spec: { pasture: 'plain' } }));
    addPool('first', pool);
  }
}

/** The release of a generation that only tests know. */
export function secondRelease(): KarpenterRelease {
  return KarpenterRelease._of(new SecondGeneration());
}
