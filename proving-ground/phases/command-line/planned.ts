import * as fs from 'fs';
import * as path from 'path';
import { runCommand } from './command';
import { createReader, rightsIn } from './reader';
import type { PlanDocument } from '../../../src/cli/plan/contract';
import { expectEqual } from '../../cluster/until';
import { CheckResult, Report } from '../report';
import { CLUSTER_NAME, World } from '../world';

const ASSUMPTIONS = 'Assumptions';
/** Of the reads that the gateway knows, and of those of the API server. */
const READS = /^(Describe|List|Get)/;

/** What the first plan said, and who asked. */
export interface Planned {
  readonly plan: PlanDocument;
  readonly reader: Readonly<Record<string, string>>;
  /** The app that the plan printed. */
  readonly app: string;
}

const check = (name: string): Pick<CheckResult, 'step' | 'shows' | 'name'> => ({ step: ASSUMPTIONS, shows: 'seen', name });

/** A plan for a cluster that knows nothing of the library, by somebody who may only read. */
export async function planFirst(world: World, report: Report, runDir: string): Promise<Planned> {
  const generation = world.karpenter.generation;
  const args = ['plan', '--cluster', CLUSTER_NAME, '--release', generation];
  let planned: Planned | undefined;
  await report.check(check('plan --rights prints a policy and a ClusterRole, and whoever has these alone can plan'), async () => {
    const rights = rightsIn((await runCommand(world, runDir, ['plan', '--rights', '--cluster', CLUSTER_NAME])).out);
    const { env: reader, arn } = await createReader(world, 'reader', rights);
    const from = Date.now();
    const { code, out, err } = await runCommand(world, runDir, [...args, '--json'], reader);
    fs.writeFileSync(path.join(runDir, 'plan.json'), out);
    const plan: PlanDocument = JSON.parse(out || `"${err}"`);
    expectEqual('what could not be read', plan.unread, []);
    expectEqual('exit code', code, 0);
    const role = arn.split('/').pop()!;
    const calls = world.aws.calls.filter(({ principal, time }) => principal.includes(`/${role}/`) && Date.parse(time) >= from);
    expectEqual('calls of AWS that change something', calls.filter(({ action }) => !READS.test(action)).map(({ action }) => action), []);
    expectEqual('calls of AWS that were denied', calls.filter(({ status }) => status === 403).map(({ service, action }) => `${service}:${action}`), []);
    planned = { plan, reader, app: await appOf(world, runDir, args, reader) };
    return `${new Set(calls.map(({ service, action }) => `${service}:${action}`)).size} kinds of calls, ${plan.findings.length} findings`;
  });
  const { plan } = planned!;
  await report.check(check('a plan names what a migration would do at each stage, and nothing stops it'), async () => {
    expectEqual('what stops', plan.findings.filter(({ stops }) => stops).map(({ check: name, message }) => `${name}: ${message}`), []);
    expectEqual('the autoscaler', plan.cutOver!.autoscalers, [{ name: 'kube-system/cluster-autoscaler', replicas: 1 }]);
    expectEqual('what is pinned', [...plan.cutOver!.pinned].sort(), ['Deployment kube-system/coredns', 'Deployment kube-system/metrics-server']);
    const { groups, goes, evictions, time } = plan.scaleDown!;
    return `keeps ${groups.map(({ name, has, keeps }) => `${keeps} of ${has} of ${name}`).join(', ')}; ${goes.length} nodes go, ${evictions} evictions, `
      + `about ${time.minutes} min, bound by ${time.boundBy}`;
  });
  await report.check(check('a plan proposes pools for all node groups'), async () => {
    const covered = plan.pools!.pools.flatMap(({ nodegroups }) => nodegroups);
    expectEqual('node groups with a pool', [...covered].sort(), plan.cluster.nodegroups.map(({ name }) => name).sort());
    return plan.pools!.pools.map(({ name, nodegroups }) => `${name} for ${nodegroups.join(', ')}`).join('; ');
  });
  await report.check(check('whoever may read nothing gets one line and exit code 2'), async () => {
    const { env } = await createReader(world, 'stranger');
    const { code, out, err } = await runCommand(world, runDir, args, env);
    expectEqual('exit code', code, 2);
    expectEqual('printed', out, '');
    expectEqual('lines', err.trim().split('\n').length, 1);
    return err.trim();
  });
  return planned!;
}

/** The printed app, as a file of this repository: the library is what is here, and the kubectl layer one that is. */
async function appOf(world: World, runDir: string, args: readonly string[], reader: Readonly<Record<string, string>>): Promise<string> {
  const plan: PlanDocument = JSON.parse((await runCommand(world, runDir, [...args, '--json'], reader)).out);
  const file = path.join(runDir, 'planned-app.ts');
  const layer = world.karpenter.generation === 'v1' ? '34' : '27';
  const code = plan.snippet!.code
    .replace('\'cdk-karpenter-migration\'', `'${path.relative(runDir, path.resolve(__dirname, '../../../src'))}'`)
    .replace(/kubectl-v\d+/, `kubectl-v${layer}`).replace(/KubectlV\d+Layer/g, `KubectlV${layer}Layer`)
    .replace('stage: MigrationStage.INSTALL', 'stage: app.node.tryGetContext(\'stage\') ?? MigrationStage.INSTALL')
    // The administrator of this ground that functions may become is who made the cluster, whom EKS names to nobody.
    .replace(/kubectlRoleArn: '[^']*'/, 'kubectlRoleArn: app.node.tryGetContext(\'kubectlRoleArn\')');
  fs.writeFileSync(file, code);
  return file;
}
