import { stageReader } from './account';
import { FLEET_METHODS } from '../../../src/karpenter/api/fleet';
import { FleetKubernetes } from '../../../src/karpenter/api/fleet.kubernetes';
import { V1_API } from '../../../src/karpenter/v1/api';
import { preflightPause } from '../../../src/preflight/pause';
import { judge } from '../../../src/preflight/verdict';
import { stageFindings } from '../../../src/preflight/workloads/checks';
import { ApiStageFactsReader } from '../../../src/preflight/workloads/facts.kubernetes';
import { StageQuestion } from '../../../src/preflight/workloads/question';
import { readStageFacts } from '../../../src/preflight/workloads/reading';
import { MigrationStage } from '../../../src/words/migration-stage';
import { ClusterAutoscalerKubernetes } from '../../../src/workflow/cluster-autoscaler/autoscaler.kubernetes';
import { autoscalerIsQuiet } from '../../../src/workflow/cluster-autoscaler/guard';
import { AUTOSCALER_METHODS } from '../../../src/workflow/cluster-autoscaler/port';
import { DrainingKubernetes } from '../../../src/workflow/draining/draining.kubernetes';
import { PLACEHOLDER_METHODS } from '../../../src/workflow/draining/placeholders/port';
import { DRAINING_METHODS } from '../../../src/workflow/draining/port';
import { ClaimFence, RUN_METHODS, RunPort, TRUSTED_MILLISECONDS } from '../../../src/workflow/run-record';
import { ConfigMapRuns } from '../../../src/workflow/run-record.kubernetes';
import { ScaleDownPorts, ScaleDownStepConfiguration } from '../../../src/workflow/scale-down/context';
import { Counter, Invocations, meteredNodegroups } from '../aws-meter';
import { Nodegroups } from '../nodegroups';
import { MeteredKubeConfig } from './metered-config.kubernetes';

export const GENERATION = 1;

/** The ports of one call, as the two functions have them: questions to the API server are calls of the other function, and travel as JSON. */
export class LivePorts implements Counter {
  public aws = 0;
  /** The record of runs in the claim. */
  public readonly runs: RunPort;
  private readonly trusted: ClaimFence;
  private readonly invocations = new Invocations(this);

  public constructor(private readonly config: MeteredKubeConfig, private readonly nodegroups: Nodegroups) {
    const runs = new ConfigMapRuns(config);
    this.runs = this.remote<RunPort>(runs, RUN_METHODS);
    this.trusted = new ClaimFence({ read: () => runs.readWithin(TRUSTED_MILLISECONDS) }, GENERATION);
  }

  /** Those of one call of the step: its fence is its own. */
  public ofACall(configuration: ScaleDownStepConfiguration): ScaleDownPorts {
    const { config, trusted } = this;
    const fence = new ClaimFence(this.runs, GENERATION);
    const autoscaler = this.remote(new ClusterAutoscalerKubernetes(config, trusted), AUTOSCALER_METHODS);
    return {
      kubernetes: this.remote(new DrainingKubernetes(config, V1_API, trusted), [...DRAINING_METHODS, ...PLACEHOLDER_METHODS]),
      fleet: this.remote(new FleetKubernetes(config, V1_API, trusted), FLEET_METHODS),
      aws: meteredNodegroups(this.nodegroups, this, call => call(), async call => {
        await fence.check();
        return call();
      }),
      autoscalerIsQuiet: () => autoscalerIsQuiet(autoscaler, NO_GROUPS, { ClusterAutoscaler: { Kind: 'discovered' }, AcceptedRisks: [] }),
      recheck: () => this.recheck(configuration),
      mayBegin: async () => undefined,
    };
  }

  private async recheck({ ClusterName, Api, Namespace, Release }: ScaleDownStepConfiguration) {
    const question: StageQuestion = {
      clusterName: ClusterName,
      kubectlRoleArn: 'arn:aws:iam::123456789012:role/kubectl',
      api: Api,
      stage: MigrationStage.SCALE_DOWN,
      namespace: Namespace,
      criticalWorkloads: [{ Kind: 'Deployment', Namespace, Name: Release, Optional: false }],
      clusterAutoscaler: { Kind: 'discovered' },
      targets: [],
      hasRights: true,
    };
    const kubernetes = this.remote(new ApiStageFactsReader(this.config), ['readStageFacts']);
    const facts = await readStageFacts({ kubernetes, aws: stageReader(this.nodegroups, this) }, question);
    return preflightPause(judge(stageFindings(facts, question), []));
  }

  private remote<P extends object>(adapter: P, methods: readonly (keyof P & string)[]): P {
    const call = (method: keyof P & string) => async (...args: unknown[]) => {
      await this.invocations.ask();
      const sent = asJson(args).map(argument => argument ?? undefined);
      return asJson(await (adapter[method] as (...all: unknown[]) => Promise<unknown>).apply(adapter, sent));
    };
    return Object.fromEntries(methods.map(method => [method, call(method)])) as P;
  }
}

/** Nobody scales node groups here, so nobody asks which. */
const NO_GROUPS = { autoScalingGroups: async () => [], nodegroupGroups: async () => [] };

function asJson<T>(value: T): T {
  return value === undefined ? value : JSON.parse(JSON.stringify(value)) as T;
}
