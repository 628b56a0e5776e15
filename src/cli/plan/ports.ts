import { DrainFacts } from './drain';
import { ClusterReader, NetworkReader } from '../../cluster/survey-port';
import { KubernetesFactsReader } from '../../preflight/kubernetes-facts';
import { StagePorts } from '../../preflight/workloads/facts';
import { AutoscalerDeployment } from '../../workflow/cluster-autoscaler/port';
import { WorkflowConfiguration } from '../../workflow/contract';
import { Workload, WorkloadName } from '../../workflow/critical-workloads/port';
import { NodegroupState } from '../../workflow/scale-down/port';
import { PoolFacts } from '../pools/contract';

/** Everything that a plan reads; nothing of it changes anything. */
export interface PlanPorts {
  readonly cluster: ClusterReader & NetworkReader;
  readonly preflight: KubernetesFactsReader;
  readonly stage: StagePorts;
  readonly identity: {
    openIdConnectProvider(): Promise<string | undefined>;
    /** Roles that are administrators by access entries. */
    administrators(): Promise<readonly string[]>;
    /** Which of some roles the account's own roles may become. */
    trusting(roles: readonly string[]): Promise<readonly string[]>;
  };
  /** Roles and users that the ConfigMap aws-auth makes administrators. */
  readonly mastersOfAwsAuth: () => Promise<readonly string[]>;
  /** Everything that makes the nodes of node groups what they are. */
  readonly pools: () => Promise<PoolFacts>;
  readonly nodegroups: () => Promise<readonly NodegroupState[]>;
  readonly drain: (configuration: Pick<WorkflowConfiguration, 'Api'>) => Promise<Omit<DrainFacts, 'nodegroups'>>;
  readonly hasLoadBalancers: () => Promise<boolean>;
  readonly autoscalers: () => Promise<readonly AutoscalerDeployment[]>;
  readonly workload: (name: WorkloadName) => Promise<Workload | undefined>;
}
