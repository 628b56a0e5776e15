import { Duration, Lazy, Stack as CdkStack, TimeZone } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Nonsense, refuses, takes, untyped } from './case';
import { ClusterSurvey } from '../../src/cluster/cluster-survey';
import { Discovery } from '../../src/discovery-tags/discovery';
import { SecurityGroupSource, SubnetSource } from '../../src/discovery-tags/sources';
import { ControllerRole } from '../../src/iam/controller-role';
import { IamNames } from '../../src/iam/iam-names';
import { NodeInstanceProfile, NodeRole } from '../../src/iam/node-role';
import { InterruptionQueue } from '../../src/interruption/interruption-queue';
import { ChartSource } from '../../src/karpenter/chart-source';
import { KarpenterChart } from '../../src/karpenter/karpenter-chart';
import { KarpenterRelease } from '../../src/karpenter/karpenter-release';
import { KarpenterMigration } from '../../src/karpenter-migration';
import { NodeAccess } from '../../src/node-access/node-access';
import { Preflight } from '../../src/preflight/preflight';
import { MigrationStage } from '../../src/words/migration-stage';
import { PreflightCheck } from '../../src/words/preflight-check';
import { Weekday } from '../../src/words/weekday';
import { ClusterAutoscaler } from '../../src/workflow/cluster-autoscaler/cluster-autoscaler';
import { CriticalWorkload } from '../../src/workflow/critical-workloads/critical-workload';
import { NodegroupTarget } from '../../src/workflow/scale-down/scale-down-options';
import { Given, importCluster, migrate, testStack } from '../karpenter-migration/stack';

type Stack = Parameters<Given>[0];

const given = (make: (stack: Stack) => unknown) => () => migrate(stack => untyped(make(stack)));
const migration = (props: object) => given(() => props);
const scaleDown = (options: unknown) => migration({ scaleDown: options });
const cutOver = (options: unknown) => migration({ cutOver: options });
const image = (options: unknown) => migration({ controllerImage: options });
const values = (chartValues: unknown) => migration({ values: chartValues });
const cluster = (attributes: Partial<eks.ClusterAttributes>) => given(stack => ({ cluster: importCluster(stack, attributes) }));
const role = (stack: Stack, arn: string) => iam.Role.fromRoleArn(stack, 'Given', arn);
const digest = `sha256:${'0'.repeat(64)}`;

const late = (stack: Stack) => Lazy.string({ produce: () => stack.stackName });

const aFlag = 'true or false, without quotation marks';
const stages = `one of ${Object.values(MigrationStage).join(', ')}`;
const risks = `one of ${Object.values(PreflightCheck).join(', ')}`;
const aNodegroup = 'the name of a node group: 1 to 63 letters, digits, - and _, the first a letter or digit';
const aCluster = 'the name of a cluster, not its ARN: 1 to 100 letters, digits, - and _, the first a letter or digit';
const anImage = 'an image, such as "registry.example.com/pause:3.7"';
const aRepository = 'a repository without tag and digest, such as "registry.example.com/karpenter/controller"';
const aDuration = (limits: string) => `a Duration of whole seconds ${limits}, such as Duration.minutes(1)`;
const noRole = 'which is no role: set one whose ARN has the form arn:aws:iam::111111111111:role/name';
const elsewhere = 'of account 222222222222, and the stack of the cluster is of 111111111111: set a role of that account, or leave it out for a new one';
const takenKey = (key: string, problem: string) => `"${key}" cannot be the key of the discovery tag: ${problem}; set \`tagKey\` or leave it at karpenter.sh/discovery`;
const kubernetesKey = 'load balancers and EKS find their own subnets and security groups by keys that begin with kubernetes.io/, and take the value for something else';
const aReplica = 'a whole number from 1 to 100';

const anAlarm = 'a cloudwatch.Alarm, a cloudwatch.CompositeAlarm or another cloudwatch.IAlarm';
const alarmArn = (region = 'us-east-1', account = '111111111111') => `arn:aws:cloudwatch:${region}:${account}:alarm:errors`;
const alarm = (stack: Stack, arn: string, id = 'Alarm') => cloudwatch.Alarm.fromAlarmArn(stack, id, arn);
const madeAlarm = (stack: Stack, env: object) => new cloudwatch.Alarm(new CdkStack(stack.node.root, 'Alarms', { env }), 'Errors', {
  metric: new cloudwatch.Metric({ namespace: 'Shop', metricName: 'Errors' }), threshold: 1, evaluationPeriods: 1,
});
const farAlarm = (region: string, account: string) => `\`scaleDown.pauseWhile[0]\` is an alarm of region ${region} and account ${account}, and the migration is in region `
  + 'us-east-1 and account 111111111111: set alarms of the migration\'s own, where its function reads them';
const aTime = 'a time of the day as HH:MM, from 00:00 to 23:59';
const aWindow = 'a Duration of whole minutes from 15 minutes to 1 day, such as Duration.hours(1)';
const aZone = 'a time zone of the database of IANA, such as TimeZone.EUROPE_BERLIN';
const windowOf = (more: object) => ({ start: '22:00', duration: Duration.hours(6), ...more });
const window = (more: object) => scaleDown({ maintenanceWindows: [windowOf(more)] });

const WORKFLOW: Nonsense[] = [
  ['a target for a group that is not named', migration({ nodegroups: ['apps'], scaleDown: { targets: [NodegroupTarget.of('app', 10)] } }),
    '`scaleDown.targets` has a target for "app", which is none of `nodegroups`: set it for one of "apps", or name the node group in `nodegroups`'],
  ['a target of the preflight for a group that is not named', () => {
    const stack = testStack();
    return new Preflight(stack, 'Preflight', { cluster: importCluster(stack), nodegroups: ['apps'], targets: [NodegroupTarget.of('app', 10)] });
  }, '`targets` has a target for "app", which is none of `nodegroups`: set it for one of "apps", or name the node group in `nodegroups`'],
  ['two targets for a group', scaleDown({ targets: [NodegroupTarget.of('app', 10), NodegroupTarget.of('app', 2)] }),
    'scaleDown.targets names node group "app" twice: keep one of them'],
  ['a target for a group with a blank', () => NodegroupTarget.of('my group', 1), `the node group of a target is "my group": set ${aNodegroup}`],
  ['a target for nobody', () => NodegroupTarget.of(untyped(undefined), 1), `the node group of a target is not set: set ${aNodegroup}`],
  ['a target as a text', () => NodegroupTarget.of('a', untyped('1')), 'the target of node group "a" must be a whole number of nodes, 0 or more, got "1"'],
  ['a target as an object', scaleDown({ targets: [{ nodegroup: 'a', size: 1 }] }), '`scaleDown.targets[0]` is { nodegroup: \'a\', size: 1 }: set NodegroupTarget.of(...)'],
  ['targets as an object', scaleDown({ targets: { a: 1 } }), '`scaleDown.targets` is { a: 1 }: set a list, each entry NodegroupTarget.of(...)'],
  ['force as context gives it', scaleDown({ force: 'false' }), `\`scaleDown.force\` is "false": set ${aFlag}`],
  ['force as a number', scaleDown({ force: 0 }), `\`scaleDown.force\` is 0: set ${aFlag}`],
  ['room in advance as a text', scaleDown({ preProvision: 'true' }), `\`scaleDown.preProvision\` is "true": set ${aFlag}`],
  ['no node at a time', scaleDown({ batchSize: 0 }), '`scaleDown.batchSize` is 0: set BatchSize.percentage(...) or BatchSize.count(...)'],
  ['half a node at a time', scaleDown({ batchSize: 1.5 }), '`scaleDown.batchSize` is 1.5: set BatchSize.percentage(...) or BatchSize.count(...)'],
  ['a batch as a text', scaleDown({ batchSize: '2' }), '`scaleDown.batchSize` is "2": set BatchSize.percentage(...) or BatchSize.count(...)'],
  ['a pause of two years', scaleDown({ pauseBetweenBatches: Duration.days(730) }),
    `\`scaleDown.pauseBetweenBatches\` is 730 days: set ${aDuration('from 0 seconds to 7 days')}`],
  ['a pause of half a second', scaleDown({ pauseBetweenBatches: Duration.millis(500) }),
    `\`scaleDown.pauseBetweenBatches\` is 500 millis: set ${aDuration('from 0 seconds to 7 days')}`],
  ['no patience', scaleDown({ patience: Duration.seconds(0) }), `\`scaleDown.patience\` is 0 seconds: set ${aDuration('from 1 minute to 30 days')}`],
  ['patience of two years', scaleDown({ patience: Duration.days(730) }), `\`scaleDown.patience\` is 730 days: set ${aDuration('from 1 minute to 30 days')}`],
  ['patience as a text', scaleDown({ patience: '1h' }), `\`scaleDown.patience\` is "1h": set ${aDuration('from 1 minute to 30 days')}`],
  ['patience as a number', scaleDown({ patience: 60 }), `\`scaleDown.patience\` is 60: set ${aDuration('from 1 minute to 30 days')}`],
  ['a load balancer that takes a month', scaleDown({ deregistrationDelay: Duration.days(30) }),
    `\`scaleDown.deregistrationDelay\` is 30 days: set ${aDuration('from 0 seconds to 1 hour')}`],
  ['the scale-down as a text', scaleDown('fast'), '`scaleDown` is "fast": set an object with some of `targets`, `batchSize`, `disruptionLimit`, `workloadLimits`, `preProvision`, `pauseBetweenBatches`, '
    + '`deregistrationDelay`, `pauseWhile`, `maintenanceWindows`, `patience`, `force`'],
  ['the scale-down as null', scaleDown(null), '`scaleDown` is null: set an object with some of `targets`, `batchSize`, `disruptionLimit`, `workloadLimits`, `preProvision`, `pauseBetweenBatches`, '
    + '`deregistrationDelay`, `pauseWhile`, `maintenanceWindows`, `patience`, `force`'],
  ['an alarm by its name', scaleDown({ pauseWhile: ['errors'] }), `\`scaleDown.pauseWhile[0]\` is "errors": set ${anAlarm}`],
  ['an alarm that is no list', scaleDown({ pauseWhile: 'errors' }), `\`scaleDown.pauseWhile\` is "errors": set a list, each entry ${anAlarm}`],
  ['a topic as an alarm', given(stack => ({ scaleDown: { pauseWhile: [alarm(stack, 'arn:aws:sns:us-east-1:111111111111:topic')] } })),
    '`scaleDown.pauseWhile[0]` is "arn:aws:sns:us-east-1:111111111111:topic", which is no alarm: set one whose ARN has the form arn:aws:cloudwatch:us-east-1:111111111111:alarm:name'],
  ['an alarm twice', given(stack => ({ scaleDown: { pauseWhile: [alarm(stack, alarmArn()), alarm(stack, alarmArn(), 'Again')] } })),
    `\`scaleDown.pauseWhile\` names "${alarmArn()}" twice: keep one of them`],
  ['more alarms than CloudWatch tells about at a time', given(stack => ({
    scaleDown: { pauseWhile: [...Array(101).keys()].map(index => alarm(stack, `${alarmArn()}-${index}`, `Alarm${index}`)) },
  })), '`scaleDown.pauseWhile` has 101 entries: give at most 100'],
  ['an alarm of another region', given(stack => ({ scaleDown: { pauseWhile: [alarm(stack, alarmArn('eu-west-1'))] } })),
    farAlarm('eu-west-1', '111111111111')],
  ['an alarm of another account', given(stack => ({ scaleDown: { pauseWhile: [alarm(stack, alarmArn('us-east-1', '222222222222'))] } })), farAlarm('us-east-1', '222222222222')],
  ['an alarm that is made in another region', given(stack => ({ scaleDown: { pauseWhile: [madeAlarm(stack, { region: 'eu-west-1', account: '111111111111' })] } })), farAlarm('eu-west-1', '111111111111')],
  ['no window', scaleDown({ maintenanceWindows: [] }), '`scaleDown.maintenanceWindows` is empty: leave it out where nodes may be begun at any time, or name a window'],
  ['a window as a text', scaleDown({ maintenanceWindows: ['SAT 22:00'] }), '`scaleDown.maintenanceWindows[0]` is "SAT 22:00": set an object with `start`, `duration`'],
  ['a window alone', scaleDown({ maintenanceWindows: { start: '22:00' } }), '`scaleDown.maintenanceWindows` is { start: \'22:00\' }: set a list, each entry an object with `start`, `duration`'],
  ['51 windows', scaleDown({ maintenanceWindows: Array(51).fill(windowOf({})) }), '`scaleDown.maintenanceWindows` has 51 entries: give at most 50'],
  ['windows that are a token', given(stack => ({ scaleDown: { maintenanceWindows: Lazy.any({ produce: () => [stack.stackName] }) } })), '`scaleDown.maintenanceWindows` is a token: set a value that is known at synthesis, a list, each entry an object with `start`, `duration`'],
  ['a window without a start', window({ start: undefined }), `\`scaleDown.maintenanceWindows[0].start\` is not set: set ${aTime}`],
  ['a window that starts at 24:00', window({ start: '24:00' }), `\`scaleDown.maintenanceWindows[0].start\` is "24:00": set ${aTime}`],
  ['a window that starts at nine', window({ start: '9:00' }), `\`scaleDown.maintenanceWindows[0].start\` is "9:00": set ${aTime}`],
  ['a window that starts as a cron says', window({ start: '0 22 * * *' }), `\`scaleDown.maintenanceWindows[0].start\` is "0 22 * * *": set ${aTime}`],
  ['a start that is a token', given(stack => ({ scaleDown: { maintenanceWindows: [windowOf({ start: late(stack) })] } })), `\`scaleDown.maintenanceWindows[0].start\` is a token: set a value that is known at synthesis, ${aTime}`],
  ['a window without an end', window({ duration: undefined }), `\`scaleDown.maintenanceWindows[0].duration\` is not set: set ${aWindow}`],
  ['a window of a minute', window({ duration: Duration.minutes(1) }), `\`scaleDown.maintenanceWindows[0].duration\` is 1 minute: set ${aWindow}`],
  ['a window of two days', window({ duration: Duration.days(2) }), `\`scaleDown.maintenanceWindows[0].duration\` is 2 days: set ${aWindow}`],
  ['a window of half minutes', window({ duration: Duration.seconds(930) }), `\`scaleDown.maintenanceWindows[0].duration\` is 15 minutes 30 seconds: set ${aWindow}`],
  ['a duration that is a token', window({ duration: Duration.minutes(Lazy.number({ produce: () => 60 })) }), `\`scaleDown.maintenanceWindows[0].duration\` is a token: set a value that is known at synthesis, ${aWindow}`],
  ['no day', window({ days: [] }), '`scaleDown.maintenanceWindows[0].days` is empty: leave it out for every day, or name some'],
  ['a day by its name', window({ days: ['Saturday'] }), '`scaleDown.maintenanceWindows[0].days[0]` is "Saturday": set one of MON, TUE, WED, THU, FRI, SAT, SUN'],
  ['a day twice', window({ days: [Weekday.MONDAY, Weekday.MONDAY] }), '`scaleDown.maintenanceWindows[0].days` names "MON" twice: keep one of them'],
  ['a time zone as a text', window({ timeZone: 'Europe/Berlin' }), `\`scaleDown.maintenanceWindows[0].timeZone\` is "Europe/Berlin": set ${aZone}`],
  ['a time zone that there is none of', window({ timeZone: TimeZone.of('Europe/Frankfurt') }), `\`scaleDown.maintenanceWindows[0].timeZone\` is "Europe/Frankfurt": set ${aZone}`],
  ['a time zone that is a token', given(stack => ({ scaleDown: { maintenanceWindows: [windowOf({ timeZone: TimeZone.of(late(stack)) })] } })),
    `\`scaleDown.maintenanceWindows[0].timeZone\` is a token: set a value that is known at synthesis, ${aZone}`],
  ['a slip of the pen in a window', window({ timezone: 'UTC' }), '`scaleDown.maintenanceWindows[0].timezone` is no property of `scaleDown.maintenanceWindows[0]`, got "UTC": set `scaleDown.maintenanceWindows[0].timeZone`, or leave it out'],
  ['a slip of the pen in the scale-down', scaleDown({ batchsize: 2 }), '`scaleDown.batchsize` is no property of `scaleDown`, got 2: set `scaleDown.batchSize`, or leave it out'],
  ['a deployment that waits for an hour', migration({ waitForRun: Duration.minutes(60) }),
    'waitForRun must be 50 minutes or less, because CloudFormation gives a custom resource an hour, got 1 hour'],
  ['a wait as a text', migration({ waitForRun: '50m' }), `\`waitForRun\` is "50m": set ${aDuration('of at least 0 seconds')}`],
  ['a canary without an image', cutOver({ canaryImage: '' }), `\`cutOver.canaryImage\` is "": set ${anImage}`],
  ['a canary with a blank', cutOver({ canaryImage: 'pause 3.7' }), `\`cutOver.canaryImage\` is "pause 3.7": set ${anImage}`],
  ['a canary with a scheme', cutOver({ canaryImage: 'https://registry/pause' }), `\`cutOver.canaryImage\` is "https://registry/pause": set ${anImage}`],
  ['critical workloads as texts', cutOver({ criticalWorkloads: ['kube-system/coredns'] }),
    '`cutOver.criticalWorkloads[0]` is "kube-system/coredns": set CriticalWorkload.deployment(...) or another CriticalWorkload'],
  ['a critical workload that is named twice', cutOver({ criticalWorkloads: [CriticalWorkload.deployment('a', 'b'), CriticalWorkload.deployment('a', 'b')] }),
    '`cutOver.criticalWorkloads` names "Deployment a/b" twice: keep one of them'],
  ['a critical workload without a name', () => CriticalWorkload.deployment('kube-system', untyped(undefined)), 'name of the critical Deployment is not set: set a text'],
  ['a critical workload whose name is a number', () => CriticalWorkload.statefulSet('kube-system', untyped(1)), 'name of the critical StatefulSet is 1: set a text'],
  ['an autoscaler as a text', cutOver({ clusterAutoscaler: 'none' }), '`cutOver.clusterAutoscaler` is "none": set ClusterAutoscaler.discovered() or another ClusterAutoscaler'],
  ['an autoscaler without a name', () => ClusterAutoscaler.deployment('kube-system', untyped(undefined)), 'name of the Cluster Autoscaler is not set: set a text'],
];

const MIGRATION: Nonsense[] = [
  ['no properties', () => new KarpenterMigration(testStack(), 'Migration', untyped(undefined)), 'what KarpenterMigration is made of is not set: set an object with `cluster`'],
  ['no cluster', () => new KarpenterMigration(testStack(), 'Migration', untyped({})), '`cluster` is not set: set eks.Cluster.fromClusterAttributes(...) or another eks.ICluster'],
  ['a cluster as its name', () => new KarpenterMigration(testStack(), 'Migration', untyped({ cluster: 'prod' })),
    '`cluster` is "prod": set eks.Cluster.fromClusterAttributes(...) or another eks.ICluster'],
  ['a property of a struct within', migration({ clusterAutoscaler: 1 }), '`clusterAutoscaler` is no property of KarpenterMigration, got 1: set `cutOver.clusterAutoscaler`, or leave it out'],
  ['a property of another language', migration({ node_role: 1 }), '`node_role` is no property of KarpenterMigration, got 1: set `nodeRole`, or leave it out'],
  ['a stage in lower case', migration({ stage: 'scale_down' }), `\`stage\` is "scale_down": set ${stages}`],
  ['a stage as a number', migration({ stage: 2 }), `\`stage\` is 2: set ${stages}`],
  ['a stage that is a token', migration({ stage: Lazy.string({ produce: () => 'INSTALL' }) }), `\`stage\` is a token: set a value that is known at synthesis, ${stages}`],
  ['a take-over as context gives it', migration({ takeOver: 'false' }), `\`takeOver\` is "false": set ${aFlag}`],
  ['a risk that there is not', migration({ acceptedRisks: ['FOO'] }), `\`acceptedRisks[0]\` is "FOO": set ${risks}`],
  ['a risk as a text', migration({ acceptedRisks: 'PLACEMENT' }), `\`acceptedRisks\` is "PLACEMENT": set a list, each entry ${risks}`],
  ['a revision as a number', migration({ revision: 2 }), '`revision` is 2: set a text that is not empty, such as "2"'],
  ['an empty revision', migration({ revision: '' }), '`revision` is "": set a text that is not empty, such as "2"'],
  ['node groups as a text', migration({ nodegroups: 'apps' }), `\`nodegroups\` is "apps": set a list, each entry ${aNodegroup}`],
  ['a node group that is named twice', migration({ nodegroups: ['a', 'b', 'a'] }), '`nodegroups` names "a" twice: keep one of them'],
  ['a node group that is a number', migration({ hostNodegroups: [1] }), `\`hostNodegroups[0]\` is 1: set ${aNodegroup}`],
  ['a node group as an object', migration({ nodegroups: [{ name: 'apps' }] }), `\`nodegroups[0]\` is { name: 'apps' }: set ${aNodegroup}`],
  ['a release as its version', migration({ release: '0.29.2' }), '`release` is "0.29.2": set KarpenterRelease.v0() or KarpenterRelease.v1()'],
  ['discovery as a text', migration({ discovery: 'tags' }), '`discovery` is "tags": set Discovery.tags() or Discovery.ids(...)'],
  ['node access as a text', migration({ nodeAccess: 'auto' }), '`nodeAccess` is "auto": set NodeAccess.auto() or another NodeAccess'],
  ['node access as its maker', migration({ nodeAccess: NodeAccess.auto }), '`nodeAccess` is the function or class auto: set NodeAccess.auto() or another NodeAccess'],
  ['a queue as its name', migration({ interruptionQueue: 'queue' }), '`interruptionQueue` is "queue": set InterruptionQueue.managed() or another InterruptionQueue'],
  ['a queue of SQS itself', given(stack => ({ interruptionQueue: new sqs.Queue(stack, 'Queue') })),
    '`interruptionQueue` is an object of class Queue: set InterruptionQueue.managed() or another InterruptionQueue'],
  ['names as a text', migration({ iamNames: 'guide' }), '`iamNames` is "guide": set IamNames.generated() or IamNames.guide(...)'],
  ['a policy as a text', migration({ controllerPolicy: 'guide' }), '`controllerPolicy` is "guide": set ControllerPolicy.scoped() or ControllerPolicy.guide()'],
  ['charts as a text', migration({ chartSource: 'oci://x/y' }), '`chartSource` is "oci://x/y": set ChartSource.publicEcr(), ChartSource.oci(...) or ChartSource.directory(...)'],
  ['a namespace as a number', migration({ namespace: 1 }), '`namespace` is 1: set a text'],
  ['a node role as its name', migration({ nodeRole: 'nodes' }), '`nodeRole` is "nodes": set iam.Role.fromRoleArn(...) or another iam.IRole'],
  ['an instance profile as its name', migration({ instanceProfile: 'nodes' }),
    '`instanceProfile` is "nodes": set iam.InstanceProfile.fromInstanceProfileName(...) or another iam.IInstanceProfile'],
  ['a VPC as its id', migration({ kubernetesHandler: { vpc: 'vpc-1' } }), '`kubernetesHandler.vpc` is "vpc-1": set ec2.Vpc.fromLookup(...) or another ec2.IVpc'],
  ['a security group as its id', migration({ kubernetesHandler: { securityGroups: ['sg-1'] } }),
    '`kubernetesHandler.securityGroups[0]` is "sg-1": set ec2.SecurityGroup.fromSecurityGroupId(...) or another ec2.ISecurityGroup'],
  ['a Provisioner added with nothing', () => migrate().migration.addProvisioner('Other', untyped(undefined)),
    'what addProvisioner is made of is not set: set an object with some of `name`, `nodeTemplate`, `nodeTemplateName`, `requirements`, `labels`, `annotations`, `taints`, '
    + '`startupTaints`, `kubeletConfiguration`, `deprovisioning`, `expireAfter`, `limits`, `weight`'],
  ['a NodePool added with another one\'s option', () => migrate(() => ({ release: KarpenterRelease.v1() })).migration.addNodePool('Other', untyped({ deprovisioning: 1 })),
    '`deprovisioning` is no property of addNodePool, got 1: set some of `name`, `nodeClass`, `nodeClassName`, `requirements`, `labels`, `annotations`, `objectLabels`, '
    + '`objectAnnotations`, `taints`, `startupTaints`, `consolidation`, `disruptionBudgets`, `expireAfter`, `terminationGracePeriod`, `limits`, `weight`, or leave it out'],
];

const ACCOUNT: Nonsense[] = [
  ['a cluster with a blank', cluster({ clusterName: 'my cluster' }), `\`cluster.clusterName\` is "my cluster": set ${aCluster}`],
  ['a cluster with 101 characters', cluster({ clusterName: 'x'.repeat(101) }), `\`cluster.clusterName\` is "${'x'.repeat(101)}": set ${aCluster}`],
  ['a cluster by its ARN', cluster({ clusterName: 'arn:aws:eks:us-east-1:111111111111:cluster/prod' }),
    `\`cluster.clusterName\` is "arn:aws:eks:us-east-1:111111111111:cluster/prod": set ${aCluster}`],
  ['a cluster without a name', cluster({ clusterName: '' }), `\`cluster.clusterName\` is "": set ${aCluster}`],
  ['a survey of a cluster with a dot', () => {
    const stack = testStack();
    return new ClusterSurvey(stack, 'Survey', { cluster: importCluster(stack, { clusterName: 'a.b' }) });
  }, `\`cluster.clusterName\` is "a.b": set ${aCluster}`],
  ['a kubectl role that is a user', cluster({ kubectlRoleArn: 'arn:aws:iam::111111111111:user/me' }),
    `\`kubectlRoleArn\` of the cluster is "arn:aws:iam::111111111111:user/me", ${noRole}`],
  ['a node role that is a user', given(stack => ({ nodeRole: role(stack, 'arn:aws:iam::111111111111:user/me') })), `\`nodeRole\` is "arn:aws:iam::111111111111:user/me", ${noRole}`],
  ['a node role of another account', given(stack => ({ nodeRole: role(stack, 'arn:aws:iam::222222222222:role/me') })),
    `\`nodeRole\` is "arn:aws:iam::222222222222:role/me", ${elsewhere}`],
  ['a controller role that is a group', given(stack => ({ controllerRole: role(stack, 'arn:aws:iam::111111111111:group/us') })),
    `\`controllerRole\` is "arn:aws:iam::111111111111:group/us", ${noRole}`],
  ['a controller role of another account', given(stack => ({ controllerRole: role(stack, 'arn:aws:iam::222222222222:role/me') })),
    `the role of the controller is "arn:aws:iam::222222222222:role/me", ${elsewhere}`],
  ['a function\'s role that is a user', given(stack => ({ kubernetesHandler: { role: role(stack, 'arn:aws:iam::111111111111:user/me') } })),
    `\`kubernetesHandler.role\` is "arn:aws:iam::111111111111:user/me", ${noRole}`],
  ['a role with a name of 65 characters', () => new NodeRole(testStack(), 'Role', { roleName: 'x'.repeat(65) }),
    `\`roleName\` is "${'x'.repeat(65)}": set the name of a role: at most 64 letters, digits or characters of "_+=,.@-"`],
  ['an instance profile without a role', () => new NodeInstanceProfile(testStack(), 'Profile', untyped({})), '`role` is not set: set iam.Role.fromRoleArn(...) or another iam.IRole'],
  ['a controller without a cluster', () => new ControllerRole(testStack(), 'Role', untyped({})), '`cluster` is not set: set eks.Cluster.fromClusterAttributes(...) or another eks.ICluster'],
  ['the guide\'s names for nobody', () => IamNames.guide(untyped(undefined)), 'the name of the cluster that IamNames.guide is given is not set: set a text that is not empty'],
  ['the discovery tag of a load balancer', migration({ discovery: Discovery.tags({ key: 'kubernetes.io/cluster/prod' }) }), takenKey('kubernetes.io/cluster/prod', kubernetesKey)],
  ['the discovery tag of public subnets', migration({ discovery: Discovery.tags({ key: 'kubernetes.io/role/elb' }) }), takenKey('kubernetes.io/role/elb', kubernetesKey)],
  ['the name as the discovery tag', migration({ discovery: Discovery.tags({ key: 'Name' }) }), takenKey('Name', 'it is the name that people see')],
  ['tagging as a text', () => Discovery.tags(untyped('karpenter.sh/discovery')), 'what Discovery.tags is made of is "karpenter.sh/discovery": set an object with some of `key`, `subnets`, `securityGroups`'],
  ['subnets as ids', () => Discovery.tags({ subnets: untyped(['subnet-1']) }), '`subnets` of Discovery.tags is [ \'subnet-1\' ]: set SubnetSource.nodegroups() or SubnetSource.ids(...)'],
  ['security groups as subnets', () => Discovery.tags({ securityGroups: untyped(SubnetSource.nodegroups()) }),
    '`securityGroups` of Discovery.tags is an object of class NodegroupSubnets: set SecurityGroupSource.nodegroups() or another SecurityGroupSource'],
  ['ids as a text', () => Discovery.ids({ subnetIds: untyped('subnet-1'), securityGroupIds: ['sg-1'] }), '`subnetIds` of Discovery.ids is "subnet-1": set a list, each entry a text'],
  ['ids without security groups', () => Discovery.ids(untyped({ subnetIds: ['subnet-1'] })), '`securityGroupIds` of Discovery.ids is not set: set a list, each entry a text'],
  ['a list within the list of ids', () => SubnetSource.ids(untyped(['subnet-1'])), 'the list of subnet ids, entry [0] is [ \'subnet-1\' ]: set a text'],
  ['an id that is a number', () => SecurityGroupSource.ids(untyped(1)), 'the list of security group ids, entry [0] is 1: set a text'],
  ['Windows as context gives it', () => NodeAccess.auto({ windows: untyped('false') }), `\`windows\` of NodeAccess.auto is "false": set ${aFlag}`],
  ['an option of node access that there is not', () => NodeAccess.accessEntry(untyped({ linux: true })), '`linux` is no property of NodeAccess.accessEntry, got true: set `windows`, or leave it out'],
  ['a queue by its name', () => InterruptionQueue.existing(untyped('queue')), 'the queue that InterruptionQueue.existing is given is "queue": set sqs.Queue.fromQueueArn(...) or another sqs.IQueue'],
];

const CHART: Nonsense[] = [
  ['a repository with its tag', image({ repository: 'public.ecr.aws/karpenter/controller:v0.29.2' }),
    `\`controllerImage.repository\` is "public.ecr.aws/karpenter/controller:v0.29.2": set ${aRepository}`],
  ['no repository', image({ repository: '' }), `\`controllerImage.repository\` is "": set ${aRepository}`],
  ['a digest without its algorithm', image({ digest: 'abc' }), '`controllerImage.digest` is "abc": set a digest, "sha256:" and 64 digits or letters from a to f'],
  ['a digest of half its length', image({ digest: `sha256:${'0'.repeat(32)}` }),
    `\`controllerImage.digest\` is "sha256:${'0'.repeat(32)}": set a digest, "sha256:" and 64 digits or letters from a to f`],
  ['a tag with a blank', image({ tag: 'a b' }), '`controllerImage.tag` is "a b": set a tag of at most 128 letters, digits and characters of "_.-", such as "v1.0.0"'],
  ['an image as a text', image('registry.example.com/karpenter'), '`controllerImage` is "registry.example.com/karpenter": set an object with some of `repository`, `tag`, `digest`'],
  ['no replica', values({ replicas: 0 }), `\`values.replicas\` is 0: set ${aReplica}`],
  ['less than no replica', values({ replicas: -1 }), `\`values.replicas\` is -1: set ${aReplica}`],
  ['replicas as a text', values({ replicas: 'two' }), `\`values.replicas\` is "two": set ${aReplica}`],
  ['replicas as null', values({ replicas: null }), `\`values.replicas\` is null: set ${aReplica}`],
  ['values as a text', values('replicas=2'), '`values` is "replicas=2": set an object, such as { replicas: 2 }'],
  ['values as a list', values([{ replicas: 2 }]), '`values` is [ { replicas: 2 } ]: set an object, such as { replicas: 2 }'],
  ['settings as a text', values({ settings: 'debug' }), '`values.settings` is "debug": set an object'],
  ['tolerations as an object', values({ tolerations: { key: 'a' } }), '`values.tolerations` is { key: \'a\' }: set a list, each entry an object'],
  ['constraints that are none', values({ topologySpreadConstraints: [null] }), '`values.topologySpreadConstraints[0]` is null: set an object'],
  ['a version of 0.29 that was never published', () => KarpenterRelease.v0({ version: '0.29.99' }),
    'KarpenterRelease.v0 knows 0.29.0 to 0.29.2, got "0.29.99", which was never published; set version to one of them, for instance "0.29.2"'],
  ['the patch after the last', () => KarpenterRelease.v0({ version: '0.31.6' }),
    'KarpenterRelease.v0 knows 0.31.0 to 0.31.5, got "0.31.6", which was never published; set version to one of them, for instance "0.31.4"'],
  ['a version of 1.14 that was never published', () => KarpenterRelease.v1({ version: '1.14.99' }),
    'KarpenterRelease.v1 knows 1.14.0 to 1.14.3 and takes up to 1.14.13, got "1.14.99", which was never published; set version to one of them, for instance "1.14.3"'],
  ['a version with a zero before', () => KarpenterRelease.v1({ version: '1.14.03' }),
    'KarpenterRelease.v1 takes the versions 1.5.x to 1.15.x without a leading v, got "1.14.03"; set version to one of them, for instance "1.14.3"'],
  ['a version before 1.5', () => KarpenterRelease.v1({ version: '1.4.0' }),
    'KarpenterRelease.v1 takes the versions 1.5.x to 1.15.x without a leading v, got "1.4.0"; set version to one of them, for instance "1.14.3"'],
  ['a version as a number', () => KarpenterRelease.v0({ version: untyped(29) }), '`version` of KarpenterRelease.v0 is 29: set a text'],
  ['a version alone', () => KarpenterRelease.v1(untyped('1.14.3')), 'what KarpenterRelease.v1 is made of is "1.14.3": set an object with some of `version`, `nodePool`, `nodeClass`'],
  ['options of the other generation', () => KarpenterRelease.v1(untyped({ provisioner: {} })),
    '`provisioner` is no property of KarpenterRelease.v1, got {}: set some of `version`, `nodePool`, `nodeClass`, or leave it out'],
  ['a weight within a release', () => KarpenterRelease.v0({ provisioner: { weight: 101 } }), '`provisioner.weight` of KarpenterRelease.v0 is 101: set a whole number from 1 to 100'],
  ['a directory that is none', () => ChartSource.directory(untyped(undefined)), 'the directory of charts is not set: set a text that is not empty'],
  ['a chart without a role', () => {
    const stack = testStack();
    return new KarpenterChart(stack, 'Chart', untyped({ cluster: importCluster(stack) }));
  }, '`controllerRole` is not set: set iam.Role.fromRoleArn(...) or another iam.IRole'],
];

refuses([...WORKFLOW, ...MIGRATION, ...ACCOUNT, ...CHART]);

takes({
  'a target for a group that is named': migration({ nodegroups: ['apps'], scaleDown: { targets: [NodegroupTarget.of('apps', 10)] } }),
  'a target where all groups take part': scaleDown({ targets: [NodegroupTarget.of('apps', 10)] }),
  'a target where the groups are known late': given(stack => ({ nodegroups: [late(stack)], scaleDown: { targets: [NodegroupTarget.of('apps', 10)] } })),
  'hosts that do not take part': migration({ nodegroups: ['a'], hostNodegroups: ['b'] }),
  'the longest times': scaleDown({ pauseBetweenBatches: Duration.days(7), patience: Duration.days(30), deregistrationDelay: Duration.hours(1), force: false }),
  'windows of all lengths': scaleDown({
    maintenanceWindows: [
      windowOf({ duration: Duration.minutes(15), start: '00:00' }), windowOf({ duration: Duration.hours(24), start: '23:59', days: [Weekday.SUNDAY], timeZone: TimeZone.of('Asia/Kathmandu') }),
    ],
  }),
  'alarms of the same place': given(stack => ({ scaleDown: { pauseWhile: [alarm(stack, alarmArn()), madeAlarm(stack, { region: 'us-east-1', account: '111111111111' })] } })),
  'an alarm whose place is a token': given(stack => ({ scaleDown: { pauseWhile: [alarm(stack, late(stack)), madeAlarm(stack, {})] } })),
  'no alarm': scaleDown({ pauseWhile: [] }),
  'the longest wait': migration({ waitForRun: Duration.minutes(50) }),
  'images of a private registry': migration({
    cutOver: { canaryImage: `registry.example.com:5000/my_team/pause@${digest}` },
    controllerImage: { repository: '111111111111.dkr.ecr.eu-west-1.amazonaws.com/karpenter/controller', tag: 'v0.29.2', digest },
  }),
  'an image that is a token': given(stack => ({ cutOver: { canaryImage: late(stack) }, controllerImage: { repository: late(stack) } })),
  'a cluster with 100 characters': cluster({ clusterName: 'x'.repeat(100) }),
  'a cluster whose name is a token': given(stack => ({ cluster: importCluster(stack, { clusterName: late(stack) }) })),
  'roles of the stack\'s account': given(stack => ({ nodeRole: role(stack, 'arn:aws:iam::111111111111:role/path/me') })),
  'a role whose account is a token': given(stack => ({ nodeRole: role(stack, `arn:aws:iam::${late(stack)}:role/me`) })),
  'a kubectl role of another account': cluster({ kubectlRoleArn: 'arn:aws:iam::222222222222:role/kubectl' }),
  'values that Helm takes away': values({ replicas: 1, tolerations: null, topologySpreadConstraints: null, affinity: {}, logLevel: 'debug' }),
  'a discovery tag of one\'s own': migration({ discovery: Discovery.tags({ key: 'example.com/Name' }) }),
  'the newest patch that is known': () => KarpenterRelease.v0({ version: '0.31.5' }),
  'a patch to come': () => KarpenterRelease.v1({ version: '1.14.13' }),
  'accepted risks': migration({ acceptedRisks: [PreflightCheck.PLACEMENT, PreflightCheck.PLACEMENT] }),
  'a function in a VPC': given((stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc');
    return { kubernetesHandler: { vpc, vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }, securityGroups: [new ec2.SecurityGroup(stack, 'Group', { vpc })] } };
  }),
  'a cluster that is made in the app': given(stack => ({
    cluster: new eks.Cluster(stack, 'Made', {
      version: eks.KubernetesVersion.V1_27, kubectlLayer: untyped(importCluster(stack)).kubectlLayer,
    }),
  })),
  'properties that are left out as undefined': migration({ stage: undefined, cutOver: { canaryImage: undefined }, release: undefined, unknown: undefined }),
});
