import { findings, PreflightFacts } from './checks';
import { PreflightProperties } from './contract';
import { KubernetesFacts, KubernetesFactsReader, kubernetesQuestion } from './kubernetes-facts';
import { selectedNetwork } from './selected-network';
import { Finding, judge, NEVER_ACCEPTED, report, Verdict } from './verdict';
import { done, Outcome, ResourceHandler, ResourceRequest } from '../custom-resources/lifecycle';
import { flag, integer, oneOf, optionalFlag, optionalText, optionalTexts, text, texts } from '../custom-resources/properties';
import { mayStillSettle, whenRightsSettled } from '../custom-resources/settle';
import { isTransient } from '../custom-resources/transient';
import { PreflightCheck } from '../words/preflight-check';
import { stageFindings } from './workloads/checks';
import { StageFacts, StagePorts } from './workloads/facts';
import { StagePlan, StageQuestion } from './workloads/question';
import { readStageFacts } from './workloads/reading';
import { ClusterReader, NetworkReader } from '../cluster/survey-port';
import { parseSecurityGroupSelection } from '../discovery-tags/security-group-selection';
import { NODE_ACCESS_KINDS } from '../node-access/contract';
import { MigrationStage } from '../words/migration-stage';
import { shortList } from '../words/short-list';
import { isRaised } from '../workflow/itinerary';

type Request = ResourceRequest<PreflightProperties>;

/** What the preflight looks through. */
export interface PreflightPorts {
  readonly reader: ClusterReader & NetworkReader;
  /** The Kubernetes API, as seen by the function of that ARN. */
  readonly factsReader: (kubernetesFunctionArn: string) => KubernetesFactsReader;
  readonly stagePorts: (kubernetesFunctionArn: string) => StagePorts;
  /** Whether CloudFormation is taking back a creation or an update of the stack. */
  readonly isRollingBack: (stackId: string) => Promise<boolean>;
}

const LIST_BYTES = 900;
/** The client of the Kubernetes API puts headers and bodies into its messages. */
const PROBLEM_CHARACTERS = 1000;
/** A network, or a server, that is in trouble for longer is not only for a moment. */
const PASSING_MILLISECONDS = 2 * 60_000;

/** Looks at everything, changes nothing, and fails with every broken assumption at once. */
export function preflightHandler(ports: PreflightPorts): ResourceHandler<PreflightProperties> {
  return {
    patienceMinutes: 5,
    takesNothingBack: true,
    parse: parsePreflight,
    identify: properties => `karpenter-preflight/${properties.ClusterName}`,
    apply: request => whenRightsSettled(request.elapsed, async () => {
      const facts = await readFacts(ports, request);
      const stage = await readStage(ports, request, facts);
      const found = [...findings(facts, request.properties), ...stage ? stageFindings(stage.facts, stage.question) : []];
      const verdict = judge(isRaising(request) ? found : onTheWayBack(found, facts, request), request.properties.AcceptedRisks);
      // Records of their own, because the facts of a big cluster may be more than one record takes.
      console.log(JSON.stringify({ level: 'info', message: 'preflight verdict', verdict }));
      console.log(JSON.stringify({ level: 'info', message: 'preflight facts', facts }));
      if (stage) {
        console.log(JSON.stringify({ level: 'info', message: 'preflight facts of the stage', facts: { ...stage.facts, types: undefined } }));
      }
      // A rollback goes back to what has been running already: refusing that would help nobody.
      if (verdict.errors.length > 0 && !(request.type === 'Update' && await ports.isRollingBack(request.stackId))) {
        throw new Error(report(verdict.errors));
      }
      return passed(facts, verdict);
    }),
    remove: async () => done(),
  };
}

/** Whether the deployment goes further than the one before; the first one does in any case. */
function isRaising({ type, properties, oldProperties }: Request): boolean {
  return type === 'Create' || oldProperties === undefined
    || isRaised(oldProperties.Stage ?? MigrationStage.INSTALL, properties.Stage ?? MigrationStage.INSTALL);
}

/**
 * What a deployment that goes no further has found is there already, whether it is deployed or not: it must not stand in the way of going back.
 * Only what the deployment itself brings along stays an error.
 */
function onTheWayBack(found: readonly Finding[], facts: PreflightFacts, { properties, oldProperties }: Request): Finding[] {
  // What may be left out is what the deployment before says, or nothing.
  const choices = {
    Nodegroups: undefined,
    HostNodegroups: undefined,
    TagKey: undefined,
    SubnetIds: undefined,
    SecurityGroupIds: undefined,
    Al2NodeClasses: undefined,
    ListsNodeRole: undefined,
  };
  const before = { ...properties, ...choices, ...oldProperties };
  const formerNetwork = selectedNetwork(facts.cluster, before);
  const isFormer = (id: string) => formerNetwork.subnetIds.includes(id) || formerNetwork.securityGroupIds.includes(id);
  const known = findings({ ...facts, missing: facts.missing?.filter(isFormer) }, before).map(({ check }) => check);
  const now = findings(facts, properties).map(({ check }) => check);
  const isBrought = (check: PreflightCheck) => check === PreflightCheck.OTHER_OBJECTS || (now.includes(check) && !known.includes(check));
  return found.map(finding => finding.severity === 'error' && !NEVER_ACCEPTED.includes(finding.check) && !isBrought(finding.check)
    ? { ...finding, severity: 'warning' }
    : finding);
}

async function readFacts(ports: PreflightPorts, request: ResourceRequest<PreflightProperties>): Promise<PreflightFacts> {
  const { properties } = request;
  // All groups: a name that does not exist is one finding among others and must not hide them.
  const cluster = await ports.reader.readCluster(properties.ClusterName, undefined, true);
  const network = selectedNetwork(cluster, properties);
  const [subnets, securityGroups, kubernetes] = await Promise.all([
    ports.reader.readSubnets(network.subnetIds, true),
    ports.reader.readSecurityGroups(network.securityGroupIds, true),
    cluster.status === 'ACTIVE' ? readKubernetes(ports, request) : {},
  ]);
  const found = [...subnets, ...securityGroups].map(({ id }) => id);
  return {
    cluster,
    subnets,
    securityGroups,
    missing: [...network.subnetIds, ...network.securityGroupIds].filter(id => !found.includes(id)),
    formerOwner: request.oldProperties?.Owner,
    formerApi: request.oldProperties?.Api,
    formerObjects: request.oldProperties?.Objects,
    isCreation: request.type === 'Create',
    ...kubernetes,
  };
}

/** An API that cannot be asked is a finding like the others. */
async function readKubernetes(ports: PreflightPorts, request: ResourceRequest<PreflightProperties>):
Promise<{ kubernetes: KubernetesFacts } | { kubernetesProblem: string }> {
  const { properties } = request;
  try {
    const kubernetes = await ports.factsReader(properties.KubernetesFunctionArn).readFacts(kubernetesQuestion(properties));
    return { kubernetes };
  } catch (error) {
    // What lasts is a finding among the others; until then it is waited for.
    if (mayStillSettle(error, request.elapsed) || (isTransient(error) && request.elapsed < PASSING_MILLISECONDS)) {
      throw error;
    }
    return { kubernetesProblem: (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').slice(0, PROBLEM_CHARACTERS) };
  }
}

/** Only where the stage moves what runs, and where the API answered: else that is a finding already. */
async function readStage(ports: PreflightPorts, request: ResourceRequest<PreflightProperties>, facts: PreflightFacts):
Promise<{ question: StageQuestion; facts: StageFacts } | undefined> {
  const { properties } = request;
  if (!properties.Stage || !properties.StagePlan || !facts.kubernetes) {
    return undefined;
  }
  const question: StageQuestion = {
    ...JSON.parse(properties.StagePlan) as StagePlan,
    api: properties.Api,
    clusterName: properties.ClusterName,
    kubectlRoleArn: properties.KubectlRoleArn,
    stage: properties.Stage,
    nodegroups: properties.Nodegroups,
    namespace: properties.Namespace,
  };
  const stagePorts = ports.stagePorts(properties.KubernetesFunctionArn);
  return { question, facts: await readStageFacts(stagePorts, question, error => mayStillSettle(error, request.elapsed)) };
}

function passed(facts: PreflightFacts, verdict: Verdict): Outcome {
  const lines = (list: readonly Finding[]) => shortList(list.map(finding => `${finding.check}: ${finding.message}`), LIST_BYTES) || 'none';
  return done({ clusterVersion: facts.cluster.version, warnings: lines(verdict.warnings), accepted: lines(verdict.accepted) });
}

function parsePreflight(raw: Readonly<Record<string, unknown>>): PreflightProperties {
  return {
    ClusterName: text(raw, 'ClusterName'),
    KubectlRoleArn: text(raw, 'KubectlRoleArn'),
    KubernetesFunctionArn: text(raw, 'KubernetesFunctionArn'),
    Owner: text(raw, 'Owner'),
    Api: text(raw, 'Api'),
    Issuer: text(raw, 'Issuer'),
    MinimumVersion: text(raw, 'MinimumVersion'),
    MaximumVersion: text(raw, 'MaximumVersion'),
    Nodegroups: optionalTexts(raw, 'Nodegroups'),
    HostNodegroups: optionalTexts(raw, 'HostNodegroups'),
    TargetNodegroups: optionalTexts(raw, 'TargetNodegroups'),
    TagKey: optionalText(raw, 'TagKey'),
    SubnetIds: optionalTexts(raw, 'SubnetIds'),
    ...parseSecurityGroupSelection(raw),
    NodeAccess: oneOf(raw, 'NodeAccess', NODE_ACCESS_KINDS),
    ListsNodeRole: optionalFlag(raw, 'ListsNodeRole'),
    TakeOver: flag(raw, 'TakeOver'),
    Namespace: text(raw, 'Namespace'),
    CrdRelease: text(raw, 'CrdRelease'),
    Crds: texts(raw, 'Crds'),
    Objects: optionalTexts(raw, 'Objects') ?? [],
    Al2NodeClasses: optionalTexts(raw, 'Al2NodeClasses'),
    Replicas: integer(raw, 'Replicas'),
    Cpu: text(raw, 'Cpu'),
    Memory: text(raw, 'Memory'),
    Tolerations: optionalText(raw, 'Tolerations'),
    SpreadOverZones: optionalFlag(raw, 'SpreadOverZones'),
    AcceptedRisks: (optionalTexts(raw, 'AcceptedRisks') ?? []) as PreflightCheck[],
    Stage: optionalText(raw, 'Stage') as MigrationStage | undefined,
    Migrates: optionalFlag(raw, 'Migrates'),
    StagePlan: optionalText(raw, 'StagePlan'),
    Revision: optionalText(raw, 'Revision'),
  };
}
