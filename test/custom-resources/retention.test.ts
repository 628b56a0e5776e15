import { Aspects, CfnResource, RemovalPolicy } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { isWithin, RetainAlways, RetainExceptOnCreate } from '../../src/custom-resources/retention';
import { testStack } from '../karpenter-migration/stack';

function policies(prepare: (resource: CfnResource) => void, Aspect = RetainExceptOnCreate): unknown[] {
  const stack = testStack();
  const part = new Construct(stack, 'Part');
  const inner = new CfnResource(new Construct(part, 'Inner'), 'Resource', { type: 'Custom::Inner' });
  new CfnResource(stack, 'Outside', { type: 'Custom::Outside' });
  Aspects.of(stack).add(new Aspect(resource => isWithin([part], resource)));
  prepare(inner);
  return Object.values(Template.fromStack(stack).toJSON().Resources as Record<string, any>)
    .map(({ Type, DeletionPolicy, UpdateReplacePolicy }) => [Type, DeletionPolicy, UpdateReplacePolicy]);
}

test('every resource below a construct is kept, except when its creation rolls back', () => {
  expect(policies(() => undefined)).toEqual([
    ['Custom::Inner', 'RetainExceptOnCreate', 'Retain'],
    ['Custom::Outside', undefined, undefined],
  ]);
});

test('what would be deleted is kept as well', () => {
  expect(policies(resource => resource.applyRemovalPolicy(RemovalPolicy.DESTROY))[0]).toEqual(['Custom::Inner', 'RetainExceptOnCreate', 'Retain']);
});

test('what is kept in any case stays so', () => {
  expect(policies(resource => resource.applyRemovalPolicy(RemovalPolicy.RETAIN))[0]).toEqual(['Custom::Inner', 'Retain', 'Retain']);
});

test('what comes over from before is kept in any case', () => {
  expect(policies(() => undefined, RetainAlways)).toEqual([
    ['Custom::Inner', 'Retain', 'Retain'],
    ['Custom::Outside', undefined, undefined],
  ]);
});

test('what comes below a construct later is kept as well', () => {
  expect(policies(inner => new CfnResource(inner.node.scope!, 'Later', { type: 'Custom::Later' }))[1]).toEqual(['Custom::Later', 'RetainExceptOnCreate', 'Retain']);
});
