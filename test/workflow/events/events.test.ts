import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { MigrationStage } from '../../../src/words/migration-stage';
import { MigrationEvent } from '../../../src/workflow/events/contract';
import { DefaultEventBus } from '../../../src/workflow/events/events.aws';
import { MigrationEventType } from '../../../src/workflow/events/migration-event';
import { tell } from '../../../src/workflow/events/tell';

const event = (type: MigrationEventType): MigrationEvent => ({
  type, detail: { clusterName: 'prod', stage: MigrationStage.CUT_OVER, generation: 1, execution: 'arn:execution', says: 'so', runbook: 'https://runbook' },
});
const events = [event(MigrationEventType.RESUMED), event(MigrationEventType.STAGE_REACHED)];

let errors: any[];
beforeEach(() => {
  errors = [];
  jest.spyOn(console, 'error').mockImplementation(line => { errors.push(JSON.parse(line)); });
});
afterEach(() => jest.restoreAllMocks());

test('events go to the default bus in their order, in one request', async () => {
  const send = jest.spyOn(EventBridgeClient.prototype, 'send').mockResolvedValue({ Entries: [{ EventId: '1' }, { EventId: '2' }] } as never);
  await expect(new DefaultEventBus().send(events)).resolves.toEqual([]);
  const [[command]] = send.mock.calls;
  expect((command as PutEventsCommand).input).toEqual({
    Entries: events.map(({ type, detail }) => ({
      Source: 'cdk-karpenter-migration', DetailType: type, Detail: JSON.stringify(detail), Resources: ['arn:execution'],
    })),
  });
});

test('an event that is not taken is named with its reason, and no other', async () => {
  jest.spyOn(EventBridgeClient.prototype, 'send')
    .mockResolvedValue({ FailedEntryCount: 1, Entries: [{ EventId: '1' }, { ErrorCode: 'InternalFailure', ErrorMessage: 'later' }] } as never);
  await expect(new DefaultEventBus().send(events)).resolves.toEqual([{ event: events[1], why: 'InternalFailure: later' }]);
});

test('what was not sent is in the log, with the event', async () => {
  await tell({ send: async () => [{ event: events[1], why: 'InternalFailure: later' }] }, events);
  expect(errors).toEqual([{ level: 'error', message: 'the event StageReached was not sent, and the run goes on: InternalFailure: later', event: events[1] }]);
});

test('a request that fails as a whole stops nobody, and loses no event without a word', async () => {
  await tell({ send: () => Promise.reject(Object.assign(new Error('not yours'), { name: 'AccessDeniedException' })) }, events);
  expect(errors.map(({ level, message, event: told }) => [level, message, told])).toEqual(events.map(one =>
    ['error', `the event ${one.type} was not sent, and the run goes on: AccessDeniedException: not yours`, one]));
});

test('nothing is asked where there is nothing to tell', async () => {
  const send = jest.fn();
  await tell({ send }, []);
  expect(send).not.toHaveBeenCalled();
});
