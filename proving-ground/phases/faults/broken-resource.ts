import { Aspects, CfnResource, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** A function whose code is nowhere. */
const BROKEN = {
  Type: 'AWS::Lambda::Function',
  Properties: { Role: 'arn:aws:iam::000000000000:role/nobody', Runtime: 'nodejs24.x', Handler: 'index.handler', Code: { S3Bucket: 'no-such-bucket', S3Key: 'nothing' } },
};

interface Definition { readonly Properties?: unknown; readonly DependsOn?: readonly string[] | string }
interface Rendering { readonly Resources?: Readonly<Record<string, Definition>> }

/** Puts one that cannot be created in the place of a resource: it waits for all that this one waits for, and what waits for it is never begun. */
export function breakResource(stack: Stack, logicalId: string): void {
  Aspects.of(stack).add({
    visit: (node) => {
      if (isResource(node) && node.stack === stack && stack.resolve(node.logicalId) === logicalId) {
        const whole = node as unknown as { _toCloudFormation(): Rendering };
        const render = whole._toCloudFormation.bind(whole);
        whole._toCloudFormation = () => broken(stack, logicalId, stack.resolve(render()));
      }
    },
  });
}

function isResource(node: IConstruct): node is CfnResource {
  return CfnResource.isCfnResource(node);
}

function broken(stack: Stack, logicalId: string, { Resources: { [logicalId]: definition } = {} }: Rendering): Rendering {
  const ids = new Set(stack.node.findAll().filter(isResource).filter(one => one.stack === stack).map(({ logicalId: id }) => stack.resolve(id)));
  const { Properties, DependsOn = [] } = definition;
  const wanted = new Set([...[DependsOn].flat(), ...referencesIn(Properties)].filter(id => ids.has(id)));
  return { Resources: { [logicalId]: { ...BROKEN, DependsOn: [...wanted] } } };
}

/** What references and substitutions name. */
function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, inner]) => {
    switch (key) {
      case 'Ref': return [inner];
      case 'Fn::GetAtt': return [[inner].flat()[0].split('.')[0]];
      case 'Fn::Sub': return [...String([inner].flat()[0]).matchAll(/\$\{([^.!}]+)/g)].map(([, name]) => name);
      default: return referencesIn(inner);
    }
  });
}
