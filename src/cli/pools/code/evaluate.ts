import { Duration, Size } from 'aws-cdk-lib';
import { EbsDeviceVolumeType } from 'aws-cdk-lib/aws-ec2';
import { Code } from './expression';
import * as library from '../../../index';

/** What a piece of code may name that is not of the library. */
const OF_THE_CDK = { Duration, Size, EbsDeviceVolumeType };

/** Objects by the names of variables. */
export type Scope = Readonly<Record<string, unknown>>;

type Members = Readonly<Record<string, unknown>>;

/** What a piece of code comes to when it runs: the plan is judged by the very code that it prints. */
export function evaluate(code: Code, scope: Scope = {}): unknown {
  switch (code.kind) {
    case 'literal': return code.value;
    case 'variable': return named(code.name, scope);
    case 'member': return (named(code.owner, scope) as Members)[code.name];
    case 'list': return code.items.map(item => evaluate(item, scope));
    case 'map': return Object.fromEntries(code.entries.map(([key, value]) => [key, evaluate(value, scope)]));
    case 'struct': return Object.fromEntries(code.fields.map(([name, value]) => [name, evaluate(value, scope)]));
    case 'call': {
      const owner = named(code.owner, scope) as Record<string, (...args: unknown[]) => unknown>;
      return owner[code.method](...code.args.map(arg => evaluate(arg, scope)));
    }
  }
}

function named(name: string, scope: Scope): unknown {
  const places: readonly Members[] = [scope, OF_THE_CDK, library];
  const found = places.find(place => place[name] !== undefined);
  if (!found) {
    throw new Error(`the code of a plan names "${name}", which is nothing`);
  }
  return found[name];
}
