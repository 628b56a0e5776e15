import { Duration } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { configuration } from './fakes';
import { MigrationStage } from '../../src/words/migration-stage';
import { ROUNDS } from '../../src/workflow/definition';
import { LEGS } from '../../src/workflow/itinerary';
import { MigrationStageResource } from '../../src/workflow/migration-stage-resource';
import { importCluster, testStack } from '../karpenter-migration/stack';

const EVENTS_OF_AN_EXECUTION = 25_000;

function definition(): any {
  const stack = testStack();
  new MigrationStageResource(stack, 'Stage', { cluster: importCluster(stack), stage: MigrationStage.INSTALL, configuration, waitForRun: Duration.minutes(50), launchTemplateTag: 'karpenter.k8s.aws/cluster' });
  const [machine] = Object.values(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine', {
    Properties: { LoggingConfiguration: { Level: 'ALL' } },
  }));
  expect(machine.Properties.TracingConfiguration).toEqual({ Enabled: true });
  // Express would forget a run after five minutes.
  expect(machine.Properties.StateMachineType ?? 'STANDARD').toBe('STANDARD');
  const { DefinitionString, DefinitionSubstitutions } = machine.Properties;
  // As CloudFormation fills in.
  const text = Object.entries(DefinitionSubstitutions).reduce((filled, [name, value]) => filled.replaceAll(`\${${name}}`, textOf(value)), textOf(DefinitionString));
  return JSON.parse(text);
}

function textOf(value: any): string {
  return typeof value === 'string' ? value : value['Fn::Join'][1].map((part: unknown) => typeof part === 'string' ? part : 'TOKEN').join('');
}

const { StartAt, States } = definition();

test('an execution begins with where the cluster is', () => {
  expect(States[StartAt]).toMatchObject({ Type: 'Pass', Parameters: { 'Workflow': 'begin', 'Run.$': '$', 'Execution.$': '$$.Execution.Id', 'Configuration': { Owner: 'stack/Migration' } }, Next: 'Begin' });
  expect(States.Begin).toMatchObject({ Type: 'Task', Resource: 'TOKEN', ResultPath: '$.Run', Next: 'Begun' });
  expect(States.Begin.Parameters).toBeUndefined();
  expect(States.Begun).toEqual({ Type: 'Pass', Result: 'go', ResultPath: '$.Workflow', Next: 'How did it go' });
});

test('the configuration stands once in the definition', () => {
  expect(JSON.stringify(States).split('stack/Migration')).toHaveLength(2);
});

test('every step in each direction is a state of its own, which asks for that step', () => {
  for (const { name } of LEGS) {
    expect(States[name]).toMatchObject({ Type: 'Task', Resource: 'TOKEN', ResultPath: '$.Run', Next: 'How did it go' });
    expect(States[name].Parameters).toBeUndefined();
    expect(States['What is next'].Choices).toContainEqual({ Variable: '$.Run.next', StringEquals: name, Next: name });
  }
});

test('a run that works waits, one that is blocked pauses, and both go on', () => {
  for (const wait of ['Wait', 'Paused']) {
    expect(States[wait]).toMatchObject({ Type: 'Wait', SecondsPath: '$.Run.waitSeconds', Next: 'What is next' });
  }
  expect(States['How did it go'].Default).toBe('Wait');
});

test('a run ends in a state that says how, and none of them is a failure', () => {
  const ends = States['How did it go'].Choices.map(({ StringEquals, Next }: any) => [StringEquals, States[Next].Type]);
  expect(ends).toEqual([['arrived', 'Succeed'], ['stopped', 'Succeed'], ['replaced', 'Succeed'], ['paused', 'Wait']]);
  expect(Object.values<any>(States).filter(({ Type }) => Type === 'Fail')).toEqual([]);
});

test('the history of an execution is bounded: another one goes on before it is full', () => {
  expect(States['What is next'].Choices[0]).toEqual({ Variable: '$.Run.round', NumericGreaterThanEquals: ROUNDS, Next: 'Go on in a new execution' });
  expect(States['Go on in a new execution']).toMatchObject({
    Resource: 'arn:aws:states:::states:startExecution',
    Parameters: { 'StateMachineArn.$': '$$.StateMachine.Id', 'Input': { 'generation.$': '$.Run.generation' } },
    End: true,
  });
  // Entering and leaving two choices and a wait, and a task with its call: 11 events; each repetition by Step Functions adds three.
  const repetitions = States.Begin.Retry[0].MaxAttempts;
  expect(ROUNDS * 11 + 100 * repetitions * 3).toBeLessThan(EVENTS_OF_AN_EXECUTION);
});

test('every state can be reached, and every way leads to a state', () => {
  const reached = new Set<string>();
  const visit = (name: string) => {
    if (!reached.has(name)) {
      reached.add(name);
      const { Next, Default, Choices = [] } = States[name];
      [Next, Default, ...Choices.map((choice: any) => choice.Next)].filter(next => next !== undefined).forEach(visit);
    }
  };
  visit(StartAt);
  expect([...reached].sort()).toEqual(Object.keys(States).sort());
});
