import { planRemoval } from '../../src/workflow/plan';
import { Remaining } from '../../src/workflow/port';

const staying = (name: string): Remaining => ({ name, leaving: false });
const leaving = (name: string): Remaining => ({ name, leaving: true });

test('nothing left is gone', () => {
  expect(planRemoval([])).toEqual({ kind: 'gone' });
});

test('what is leaving is waited for', () => {
  expect(planRemoval([leaving('machine/a'), leaving('node/b')])).toEqual({ kind: 'wait', reason: 'waiting for machine/a, node/b to go' });
});

test('one that stays refuses, and only those that stay are named', () => {
  expect(planRemoval([leaving('machine/a'), staying('instance/i-1')])).toEqual({
    kind: 'refuse',
    reason: 'karpenter still has instance/i-1: move their pods away and delete the machines, then deploy again; until then everything that karpenter stands on is kept',
  });
});

test.each([[20, 'x/19 to go'], [21, 'x/19 and 1 more to go'], [60, 'x/19 and 40 more to go']])('of %i things twenty are named', (count, end) => {
  const removal = planRemoval(Array.from({ length: count }, (_, i) => leaving(`x/${i}`)));
  expect(removal).toMatchObject({ kind: 'wait', reason: expect.stringMatching(new RegExp(`${end}$`)) });
});
