import { configuration, fakeSteps, FakeRuns, properties } from './fakes';
import { StepOptions } from '../../src/workflow/runner';
import { AwsStagePort } from '../../src/workflow/stage.aws';

test('what the stage resource does itself waits for no window and no alarm, and does nothing by force', () => {
  const given: StepOptions[] = [];
  const port = new AwsStagePort(properties, {
    runs: () => new FakeRuns(),
    fleet: () => { throw new Error('not asked for'); },
    steps: (of, generation, options) => {
      expect([of, generation]).toEqual([configuration, 7]);
      given.push(options);
      return fakeSteps();
    },
  });
  port.steps(7);
  expect(given).toEqual([{ force: false, anytime: true }]);
});
