import { Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/**
 * The name of a migration in the claim: stack and construct path, the same after the stack was destroyed and deployed again. A nested stack has a
 * new name with each deployment, so the name of the outermost one counts.
 */
export function ownerOf(migration: IConstruct): string {
  const stack = outermost(Stack.of(migration));
  const path = migration.node.scopes.slice(stack.node.scopes.length).map(scope => scope.node.id).join('/');
  return path ? `${stack.stackName}/${path}` : stack.stackName;
}

/** The stack that is deployed where others are nested in it. */
export function outermost(stack: Stack): Stack {
  return stack.nestedStackParent ? outermost(stack.nestedStackParent) : stack;
}
