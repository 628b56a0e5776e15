import { Caller } from './callers';
import { Step } from './steps';
import { table } from '../document';

export const DEPLOYMENT_HEADING = '## Deployment';

/** The same steps, gone in two ways. */
export interface Deployments { readonly byCdk: readonly Step[]; readonly byHand: readonly Step[] }

/** @param about machine, versions, date */
export function deploymentChapter({ byCdk, byHand }: Deployments, about: string): string {
  return [
    DEPLOYMENT_HEADING,
    '',
    `By \`npm run bench -- --deployment\`. ${about} One round each, in a world of its own in the proving ground: a cluster of twelve nodes of a customer, `
      + 'the real control plane and the real Karpenter. The emulated AWS answers at once where the real one takes its time, and state machines wait 0.4 times '
      + 'as long; so compare the two, not either with a clock at AWS. What is compared with is `bench/ground/guide`: the guide\'s commands by the AWS CLI, '
      + 'kubectl with the tokens of `aws eks get-token`, and helm, typed in no time. After each step both are seen to have come to the same.',
    '',
    'Wall time, from the command to its end, with both replicas of Karpenter Ready:',
    '',
    table(['', 'this, `cdk deploy`', 'by hand'], byCdk.map(({ name, seconds }, index) => [name, `${seconds.toFixed(1)} s`, `${byHand[index].seconds.toFixed(1)} s`])),
    '',
    'Calls of the AWS API, without those by which CloudFormation makes resources: they stay inside its emulator, where nobody counts them.',
    '',
    table(['', 'CDK CLI', 'our functions and state machines', 'this, in all', 'by hand'], byCdk.map(({ name, aws }, index) => [
      name, calls(aws, 'CDK CLI'), calls(aws, 'functions'), total({ aws }), total(byHand[index]),
    ])),
    '',
    'Requests to the API server of Kubernetes, of objects and, after the plus, of what kinds of objects there are:',
    '',
    table(['', 'this', 'by hand'], byCdk.map((step, index) => [step.name, requests(step), requests(byHand[index])])),
    '',
    '"All of it removed" is stage `REMOVED` and `cdk destroy` here, and by hand each command taken back; account and cluster are then compared with before, object by object.',
    '',
  ].join('\n');
}

function calls(aws: Step['aws'], caller: Caller): number {
  return aws[caller] ?? 0;
}

function total({ aws }: Pick<Step, 'aws'>): number {
  return Object.values(aws).reduce((sum, count) => sum + count, 0);
}

function requests({ kubernetes }: Step): string {
  return `${kubernetes.objects} + ${kubernetes.discovery}`;
}
