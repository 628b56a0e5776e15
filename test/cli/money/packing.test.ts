import * as fc from 'fast-check';
import { nodeRoom } from '../../../src/cli/money/node-room';
import { costOf, Load, Offer, pack } from '../../../src/cli/money/packing';
import { instanceType } from '../pools/facts';

const offer = (type: string, hourly: number, cpu: number, memory: number): Offer => ({ type, hourly, room: { cpu, memory, pods: 10 } });
const load = (cpu: number, memory: number, apart?: string): Load => ({ requests: { cpu, memory }, apart });
const OFFERS = [offer('small', 1, 2, 8), offer('large', 1.9, 4, 16), offer('memory', 1.5, 2, 16), offer('bad', 3, 1, 1)];

test.each<[string, Load[], Array<[string, number]>]>([
  ['nothing', [], []],
  ['one small pod', [load(1, 1)], [['small', 1]]],
  ['pods that fill the larger one', [load(2, 4), load(2, 4)], [['large', 1]]],
  ['a pod that needs memory', [load(1, 15)], [['memory', 1]]],
  ['pods of different needs', [load(1, 14), load(1, 1), load(1, 1)], [['large', 1]]],
  ['pods apart', [load(0.1, 1, 'a'), load(0.1, 1, 'a')], [['small', 2]]],
  ['pods apart from their own kind only', [load(0.1, 1, 'a'), load(0.1, 1, 'b')], [['small', 1]]],
])('%s is packed', (_, loads, expected) => {
  expect(pack(loads, OFFERS).nodes.map(({ type, count }) => [type, count])).toEqual(expected);
});

test('what fits nowhere is said', () => {
  expect(pack([load(5, 1), load(1, 1)], OFFERS)).toMatchObject({ unpacked: [load(5, 1)], nodes: [{ type: 'small', count: 1 }] });
});

test('all pods have room, at a price between what they take and a node for each', () => {
  const one = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 16 })).map(([cpu, memory]) => load(cpu / 10, memory));
  const loads = fc.array(one, { minLength: 1, maxLength: 40 });
  fc.assert(fc.property(loads, (all) => {
    const { nodes, unpacked } = pack(all, OFFERS);
    const room = (name: 'cpu' | 'memory') => nodes.reduce((sum, { type, count }) => sum + count * OFFERS.find(each => each.type === type)!.room[name], 0);
    const wanted = (name: 'cpu' | 'memory') => all.reduce((sum, { requests }) => sum + requests[name], 0);
    const alone = all.reduce((sum, each) => sum + costOf(pack([each], OFFERS).nodes), 0);
    return unpacked.length === 0 && room('cpu') + 1e-6 >= wanted('cpu') && room('memory') >= wanted('memory') && costOf(nodes) <= alone + 1e-6;
  }));
});

describe('the room of a node', () => {
  const type = instanceType('m5.large', 2, 8);
  const none = { pods: 0, requests: {} };

  test('is what Karpenter and the kubelet leave', () => {
    const { cpu, memory, pods } = nodeRoom(type, none);
    expect(cpu).toBeCloseTo(1.93);
    expect(memory / 2 ** 20).toBeCloseTo(8192 * 0.925 - 255 - 11 * 29 - 100);
    expect(pods).toBe(29);
  });

  test('is less by the pods of DaemonSets', () => {
    expect(nodeRoom(type, { pods: 3, requests: { cpu: 0.5 } })).toMatchObject({ pods: 26, cpu: expect.closeTo(1.43) });
  });

  test('follows the settings of the kubelet', () => {
    const reserved = { kubeReserved: { cpu: 0.5, memory: 0 }, systemReserved: { cpu: 0.5, memory: 2 ** 30 } };
    expect(nodeRoom(type, none, { maxPods: 110, podsPerCore: 10, ...reserved }))
      .toMatchObject({ pods: 20, cpu: 1, memory: expect.closeTo(8192 * 2 ** 20 * 0.925 - 2 ** 30 - 100 * 2 ** 20) });
  });
});
