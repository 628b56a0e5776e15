import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CONFIGURATION as AUTOSCALER, FakeAws, FakeCluster, START } from './cluster-autoscaler/fakes';
import { CONFIGURATION as POOLS, FakeWorld } from './removal/fakes';
import { answering, Query, SEVERAL_QUERY } from '../../src/custom-resources/lambda';
import { joining } from '../../src/custom-resources/query.aws';
import { remotePort } from '../../src/custom-resources/remote-port';
import { REMOTE_PORT_QUERY, remotePortQuery } from '../../src/custom-resources/remote-ports';
import { AUTOSCALER_METHODS, AutoscalerKubernetesPort } from '../../src/workflow/cluster-autoscaler/port';
import { clusterAutoscalerStep } from '../../src/workflow/cluster-autoscaler/step';
import { EmptyingFleet } from '../../src/workflow/emptying/emptying';
import { formerPoolsStep } from '../../src/workflow/former-pools/step';

/** What each call of the function for the Kubernetes API asked for. */
let invocations: string[][];
beforeEach(() => { invocations = []; });

/** A port in the other function. */
function remote<P extends object>(port: P, methods: readonly (keyof P & string)[]): P {
  const served = answering({ [REMOTE_PORT_QUERY]: remotePortQuery({ port: { methods, connect: async () => port } }) });
  const lambda = {
    send: async ({ input }: InvokeCommand) => {
      const query = JSON.parse(Buffer.from(input.Payload as Uint8Array).toString()) as Query;
      invocations.push((query.Query === SEVERAL_QUERY ? query.Queries as Query[] : [query]).map(({ Method }) => String(Method)));
      return { Payload: Buffer.from(JSON.stringify(await served(query))) };
    },
  } as unknown as LambdaClient;
  return remotePort<P>(joining(lambda), { functionArn: 'arn', clusterName: 'prod', kubectlRoleArn: 'role', port: 'port', generation: 1, api: 'api' }, methods);
}

test('the way back of an autoscaler that nobody has stopped, and what it says of itself, is one call each', async () => {
  const cluster = new FakeCluster({ now: START });
  const kubernetes = remote<AutoscalerKubernetesPort>(cluster, AUTOSCALER_METHODS);
  const step = clusterAutoscalerStep({ kubernetes, fleet: cluster, aws: new FakeAws() }, AUTOSCALER, () => START);
  await expect(step.assess()).resolves.toMatchObject({ applied: 'nothing' });
  await expect(step.revert()).resolves.toMatchObject({ kind: 'done' });
  expect(invocations.map(asked => asked.sort())).toEqual([['canaryTraces', 'deployments'], ['canaryTraces', 'deployments']]);
});

test('that there are no former pools is one call', async () => {
  const world = new FakeWorld();
  const fleet = remote<EmptyingFleet>(world, ['objects', 'nodeClasses', 'changePool', 'remove']);
  const step = formerPoolsStep({ fleet, draining: world, aws: world, mayBegin: () => world.gate(), deployment: async () => 'over' }, POOLS, { force: false });
  await expect(step.apply()).resolves.toMatchObject({ kind: 'done' });
  expect(invocations).toEqual([['objects', 'nodeClasses']]);
});
