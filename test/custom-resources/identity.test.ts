import { CfnResource, Lazy } from 'aws-cdk-lib';
import { identityOfValue } from '../../src/custom-resources/identity';
import { testStack } from '../karpenter-migration/stack';

const stack = testStack();
const queue = new CfnResource(stack, 'Queue', { type: 'AWS::SQS::Queue' });
const identityOf = (value: object) => stack.resolve(identityOfValue(stack, value));

test('the same value has the same short identity, and another one another', () => {
  expect(identityOf({ a: 'x'.repeat(1000) })).toMatch(/^[0-9a-f]{16}$/);
  expect(identityOf({ a: 1, b: ['c'] })).toBe(identityOf({ a: 1, b: ['c'] }));
  expect(identityOf({ a: 1 })).not.toBe(identityOf({ a: 2 }));
});

test('what is known only in the deployment is part of it, once', () => {
  expect(identityOf({ a: queue.ref, b: [queue.ref, queue.getAtt('Arn')] })).toEqual({
    'Fn::Join': [' ', [expect.stringMatching(/^[0-9a-f]{16}$/), { Ref: 'Queue' }, { 'Fn::GetAtt': ['Queue', 'Arn'] }]],
  });
});

test('where it is used is part of it', () => {
  expect(identityOf({ a: queue.ref })).not.toEqual(identityOf({ b: queue.ref }));
});

test('what is decided late is part of it', () => {
  let late = 'early';
  const identity = identityOfValue(stack, { a: Lazy.uncachedString({ produce: () => late }) });
  const before = stack.resolve(identity);
  late = 'late';
  expect(stack.resolve(identity)).not.toBe(before);
});
