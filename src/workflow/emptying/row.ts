import { GATE_GRANT, Grant, may, mayOf, StepRight } from '../step-row';

/** What whoever empties pools needs: it works through the ports of the removal and of the scale-down. */
export const EMPTYING: { readonly rights: readonly StepRight[]; readonly grants: readonly Grant[] } = {
  rights: [
    mayOf('list patch delete', 'pool'),
    mayOf('list delete', 'claim'),
    mayOf('list delete', 'nodeClass'),
    may('list delete', 'nodes'),
  ],
  grants: [GATE_GRANT, { on: 'everything', actions: ['ec2:DescribeInstances'] }],
};
