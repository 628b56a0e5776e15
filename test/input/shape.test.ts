import { Duration, Lazy, Size, Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CLUSTER, duration, ROLE, SIZE } from '../../src/input/cdk-kinds';
import { checkKind, Kind } from '../../src/input/kind';
import { ANY_TEXT, FLAG, free, instance, integer, isInstance, known, list, map, NUMBER, oneOf, required, TEXT, text } from '../../src/input/kinds';
import { checkShape, Shape, struct } from '../../src/input/shape';

enum Colour { RED = 'red', BLUE = 'blue' }

class Thing {
  public static make(): Thing {
    return new Thing();
  }

  private constructor() {}
}

interface Inner { readonly howMany?: number; readonly names?: string[] }
interface Outer { readonly name: string; readonly colour?: Colour; readonly inner?: Inner; readonly strict?: boolean; readonly things?: Thing[] }

const INNER: Shape<Inner> = { howMany: integer(1, 5), names: list(TEXT, { identity: name => name }) };
const OUTER: Shape<Outer> = {
  name: required(TEXT), colour: oneOf(Colour), inner: struct(INNER), strict: FLAG, things: list(instance(Thing, 'Thing.make()')),
};
const given = (value: unknown) => () => checkShape('Outer', value, OUTER);
const late = Lazy.string({ produce: () => 'x' });

test.each<[string, unknown, string]>([
  ['nothing', undefined, 'what Outer is made of is not set: set an object with `name`'],
  ['a text', 'x', 'what Outer is made of is "x": set an object with `name`'],
  ['a list', [1], 'what Outer is made of is [ 1 ]: set an object with `name`'],
  ['null', null, 'what Outer is made of is null: set an object with `name`'],
  ['too little', {}, '`name` is not set: set a text that is not empty'],
  ['an empty text', { name: '' }, '`name` is "": set a text that is not empty'],
  ['null for a text', { name: null }, '`name` is null: set a text that is not empty'],
  ['a number for a text', { name: 5 }, '`name` is 5: set a text that is not empty'],
  ['another case of an enum', { name: 'x', colour: 'RED' }, '`colour` is "RED": set one of red, blue'],
  ['a text for a flag', { name: 'x', strict: 'false' }, '`strict` is "false": set true or false, without quotation marks'],
  ['a token for a flag', { name: 'x', strict: Lazy.any({ produce: () => true }) }, '`strict` is a token: set true or false, without quotation marks'],
  ['a text for a struct', { name: 'x', inner: 'y' }, '`inner` is "y": set an object with some of `howMany`, `names`'],
  ['a number beyond its limits, within', { name: 'x', inner: { howMany: 6 } }, '`inner.howMany` is 6: set a whole number from 1 to 5'],
  ['a text for a number', { name: 'x', inner: { howMany: '2' } }, '`inner.howMany` is "2": set a whole number from 1 to 5'],
  ['a text for a list', { name: 'x', inner: { names: 'y' } }, '`inner.names` is "y": set a list, each entry a text that is not empty'],
  ['a number in a list of texts', { name: 'x', inner: { names: ['y', 5] } }, '`inner.names[1]` is 5: set a text that is not empty'],
  ['a hole in a list', { name: 'x', inner: { names: ['y', undefined] } }, '`inner.names[1]` is undefined: set a text that is not empty'],
  ['a name twice', { name: 'x', inner: { names: ['y', 'z', 'y'] } }, '`inner.names` names "y" twice: keep one of them'],
  ['a struct for a thing', { name: 'x', things: [{ a: 1 }] }, '`things[0]` is { a: 1 }: set Thing.make()'],
  ['another class for a thing', { name: 'x', things: [new Map()] }, '`things[0]` is an object of class Map: set Thing.make()'],
  ['the class itself', { name: 'x', things: [Thing] }, '`things[0]` is the function or class Thing: set Thing.make()'],
  ['an unknown property', { name: 'x', size: 1 }, '`size` is no property of Outer, got 1: set some of `name`, `colour`, `inner`, `strict`, `things`, or leave it out'],
  ['an unknown property within', { name: 'x', inner: { size: 1 } }, '`inner.size` is no property of `inner`, got 1: set some of `howMany`, `names`, or leave it out'],
  ['another way of writing', { name: 'x', Strict: true }, '`Strict` is no property of Outer, got true: set `strict`, or leave it out'],
  ['the beginning of a name', { name: 'x', stri: true }, '`stri` is no property of Outer, got true: set `strict`, or leave it out'],
  ['a slip of the pen', { name: 'x', colur: 'red' }, '`colur` is no property of Outer, got "red": set `colour`, or leave it out'],
  ['a property of a struct within', { name: 'x', how_many: 2 }, '`how_many` is no property of Outer, got 2: set `inner.howMany`, or leave it out'],
])('%s is refused', (_, value, complaint) => {
  expect(given(value)).toThrow(new Error(complaint));
});

test.each<[string, unknown]>([
  ['all of it', { name: 'x', colour: Colour.BLUE, inner: { howMany: 1, names: [] }, strict: false, things: [Thing.make()] }],
  ['what is left out as undefined', { name: 'x', colour: undefined, unknown: undefined }],
  ['tokens', { name: late, colour: late, inner: { howMany: Lazy.number({ produce: () => 9 }), names: [late, late] } }],
  ['a list that is a token', { name: 'x', inner: { names: Lazy.list({ produce: () => [] }) } }],
])('%s is taken', (_, value) => {
  expect(given(value)).not.toThrow();
});

const stack = new Stack();
const role = (arn: string) => iam.Role.fromRoleArn(stack, arn, arn);
const cluster = (clusterName: string) => eks.Cluster.fromClusterAttributes(stack, `Cluster${stack.node.children.length}`, { clusterName });
const minuteToDay = duration(Duration.minutes(1), Duration.days(1));
const clusterName = 'the name of a cluster, not its ARN: 1 to 100 letters, digits, - and _, the first a letter or digit';

test.each<[Kind<any>, unknown, string]>([
  [known(TEXT), late, 'it is a token: set a value that is known at synthesis, a text that is not empty'],
  [ANY_TEXT, 0, 'it is 0: set a text'],
  [NUMBER, '1', 'it is "1": set a number'],
  [integer(0), 0.5, 'it is 0.5: set a whole number of at least 0'],
  [integer(0), NaN, 'it is NaN: set a whole number of at least 0'],
  [text('two letters', value => value.length === 2), 'x'.repeat(300), `it is "${'x'.repeat(119)}…: set two letters`],
  [list(TEXT, { empty: 'give one' }), [], 'it is empty: give one'],
  [list(TEXT, { maximum: 1 }), ['a', 'b'], 'it has 2 entries: give at most 1'],
  [map(TEXT), { a: true }, 'it, entry ["a"] is true: set a text that is not empty'],
  [map(TEXT), ['a'], 'it is [ \'a\' ]: set an object, the value of each key a text that is not empty'],
  [free({ replicas: integer(1) }), { replicas: 0, other: 0 }, '`replicas` of it is 0: set a whole number of at least 1'],
  [free(), 'a=b', 'it is "a=b": set an object'],
  [duration(), '1h', 'it is "1h": set a Duration of whole seconds of at least 0 seconds, such as Duration.minutes(1)'],
  [duration(), Size.gibibytes(1), 'it is an object of class Size: set a Duration of whole seconds of at least 0 seconds, such as Duration.minutes(1)'],
  [duration(), Duration.millis(1500), 'it is 1 second 500 millis: set a Duration of whole seconds of at least 0 seconds, such as Duration.minutes(1)'],
  [minuteToDay, Duration.seconds(59), 'it is 59 seconds: set a Duration of whole seconds from 1 minute to 1 day, such as Duration.minutes(1)'],
  [minuteToDay, Duration.days(730), 'it is 730 days: set a Duration of whole seconds from 1 minute to 1 day, such as Duration.minutes(1)'],
  [SIZE, 20, 'it is 20: set a Size, such as Size.gibibytes(20)'],
  [CLUSTER, 'prod', 'it is "prod": set eks.Cluster.fromClusterAttributes(...) or another eks.ICluster'],
  [CLUSTER, cluster('my cluster'), `\`clusterName\` of it is "my cluster": set ${clusterName}`],
  [CLUSTER, cluster('x'.repeat(101)), `\`clusterName\` of it is "${'x'.repeat(101)}": set ${clusterName}`],
  [ROLE, 'arn', 'it is "arn": set iam.Role.fromRoleArn(...) or another iam.IRole'],
  [ROLE, role('arn:aws:iam::111111111111:user/me'), 'it is "arn:aws:iam::111111111111:user/me", which is no role: set one whose ARN has the form arn:aws:iam::111111111111:role/name'],
])('%# a value of another kind is refused', (kind, value, complaint) => {
  expect(() => checkKind('it', value, kind)).toThrow(new Error(complaint));
});

test.each<[Kind<any>, unknown]>([
  [known(TEXT), 'x'], [ANY_TEXT, ''], [NUMBER, 0.5], [integer(0), 0], [list(TEXT, { empty: 'give one' }), ['a']], [map(TEXT), { a: late }], [free(), {}],
  [minuteToDay, Duration.minutes(1)], [minuteToDay, Duration.seconds(Lazy.number({ produce: () => 1 }))],
  [SIZE, Size.mebibytes(1)], [CLUSTER, cluster('x'.repeat(100))], [CLUSTER, cluster(late)], [ROLE, role('arn:aws-cn:iam::111111111111:role/path/to/me')],
  [ROLE, new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() })],
])('%# a neighbour of what is refused is taken', (kind, value) => {
  expect(() => checkKind('it', value, kind)).not.toThrow();
});

test('a class of another copy of the library is the same class', () => {
  const RUNTIME_TYPE = Symbol.for('jsii.rtti');
  const copy = (fqn: string) => class Copied { public static readonly [RUNTIME_TYPE] = { fqn, version: '1.0.0' }; };
  const [one, other, third] = [copy('library.Copied'), copy('library.Copied'), copy('library.Third')];
  const Derived = class extends other {};

  expect(isInstance(new one(), one)).toBe(true);
  expect(isInstance(new other(), one)).toBe(true);
  expect(isInstance(new Derived(), one)).toBe(true);
  expect(isInstance(new third(), one)).toBe(false);
  expect(isInstance(new Map(), one)).toBe(false);
});

test('what makes a value says so', () => {
  const make = (value: unknown) => () => checkShape('Thing.make', value, INNER);
  expect(make({ names: [5] })).toThrow(new Error('`names[0]` of Thing.make is 5: set a text that is not empty'));
  expect(make({ name: 5 })).toThrow(new Error('`name` is no property of Thing.make, got 5: set `names`, or leave it out'));
});
