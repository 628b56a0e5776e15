import { done, isComplete, MAXIMUM_RESPONSE_BYTES, onEvent, ProviderEvent, ResourceHandler, ResourceRequest, shortReason, waiting } from '../../src/custom-resources/lifecycle';
import { oneOf, optionalText, text } from '../../src/custom-resources/properties';

interface Thing { readonly Name: string }

class FakeThing implements ResourceHandler<Thing> {
  public readonly patienceMinutes = 10;
  public readonly requests: ResourceRequest<Thing>[] = [];
  public outcome = done({ Name: 'x' });
  public parse = (raw: Readonly<Record<string, unknown>>): Thing => ({ Name: text(raw, 'Name') });
  public identify = (thing: Thing): string => `thing/${thing.Name}`;
  public apply = async (request: ResourceRequest<Thing>) => this.record(request);
  public remove = async (request: ResourceRequest<Thing>) => this.record(request);

  private record(request: ResourceRequest<Thing>) {
    this.requests.push(request);
    return this.outcome;
  }
}

const event = (over: Partial<ProviderEvent> = {}): ProviderEvent => ({
  RequestType: 'Create',
  ResourceType: 'Custom::Thing',
  ResourceProperties: { Name: 'a' },
  LogicalResourceId: 'Thing1',
  StackId: 'stack',
  RequestId: 'request',
  ...over,
});
const start = new Date('2026-01-01T00:00:00Z');
const later = (minutes: number) => new Date(start.getTime() + minutes * 60_000);

describe('the first phase', () => {
  test('names the resource after what it is about and acts on nothing', () => {
    const thing = new FakeThing();
    expect(onEvent({ 'Custom::Thing': thing }, event(), start)).toEqual({ PhysicalResourceId: 'thing/a', StartedAt: start.toISOString() });
    expect(thing.requests).toEqual([]);
  });

  test('refuses bad properties before anything is changed', () => {
    expect(() => onEvent({ 'Custom::Thing': new FakeThing() }, event({ ResourceProperties: { Name: '' } }), start))
      .toThrow('property Name must be a non-empty string, got ""');
  });

  test('refuses a type that it does not serve', () => {
    expect(() => onEvent({ 'Custom::Thing': new FakeThing() }, event({ ResourceType: 'Custom::Other' }), start))
      .toThrow('no handler for resource type "Custom::Other", this function serves Custom::Thing');
  });

  test('keeps the physical id of a deletion, whatever the properties say', () => {
    const answer = onEvent({ 'Custom::Thing': new FakeThing() }, event({ RequestType: 'Delete', PhysicalResourceId: 'thing/b', ResourceProperties: {} }), start);
    expect(answer.PhysicalResourceId).toBe('thing/b');
  });
});

describe('the second phase', () => {
  const second = (over: Partial<ProviderEvent> = {}) => event({ PhysicalResourceId: 'thing/a', StartedAt: start.toISOString(), ...over });

  test('gives the attributes once the handler is done', async () => {
    await expect(isComplete({ 'Custom::Thing': new FakeThing() }, second(), later(1))).resolves.toEqual({ IsComplete: true, Data: { Name: 'x' } });
  });

  test('hands the properties before an update over', async () => {
    const thing = new FakeThing();
    await isComplete({ 'Custom::Thing': thing }, second({ RequestType: 'Update', OldResourceProperties: { Name: 'old' } }), later(1));
    expect(thing.requests[0]).toMatchObject({ type: 'Update', properties: { Name: 'a' }, oldProperties: { Name: 'old' }, elapsed: 60_000 });
  });

  test('reads properties of a former version of the library leniently: what is required by now is as it is now', async () => {
    class GrownThing extends FakeThing {
      public parse = (raw: Readonly<Record<string, unknown>>) => ({ Name: text(raw, 'Name'), Api: text(raw, 'Api'), Kind: oneOf(raw, 'Kind', ['a', 'b']), Note: optionalText(raw, 'Note') });
    }
    jest.spyOn(console, 'warn').mockImplementation();
    const thing = new GrownThing();
    const now = { Name: 'new', Api: 'v1', Kind: 'b', Note: 'n' };
    const update = (old: Record<string, unknown>) => isComplete({ 'Custom::Thing': thing }, second({ RequestType: 'Update', ResourceProperties: now, OldResourceProperties: old }), later(1));
    await update({ Name: 'old' });
    await update({ Name: 'old', Kind: 'gone' });
    expect(thing.requests.map(({ oldProperties }) => oldProperties)).toEqual([
      { Name: 'old', Api: 'v1', Kind: 'b', Note: undefined }, { Name: 'old', Api: 'v1', Kind: 'b', Note: undefined },
    ]);
    await expect(isComplete({ 'Custom::Thing': thing }, second({ RequestType: 'Update', ResourceProperties: { Name: 'new' } }), later(1))).rejects.toThrow('property Api must be');
  });

  test('goes on without properties of before that nobody can read', async () => {
    jest.spyOn(console, 'warn').mockImplementation();
    const thing = new FakeThing();
    const parse = thing.parse;
    thing.parse = (raw) => { if (raw.Broken) { throw new Error('not a thing'); } return parse(raw); };
    await isComplete({ 'Custom::Thing': thing }, second({ RequestType: 'Update', OldResourceProperties: { Name: 'old', Broken: 'yes' } }), later(1));
    expect(thing.requests[0].oldProperties).toBeUndefined();
  });

  test('asks to be called again while the handler waits', async () => {
    const thing = new FakeThing();
    thing.outcome = waiting('pods');
    await expect(isComplete({ 'Custom::Thing': thing }, second(), later(9))).resolves.toEqual({ IsComplete: false });
  });

  test('gives up with what it waited for when patience is over', async () => {
    const thing = new FakeThing();
    thing.outcome = waiting('2 pods that are not ready');
    await expect(isComplete({ 'Custom::Thing': thing }, second(), later(11))).rejects.toThrow('gave up after 10 minutes: 2 pods that are not ready');
  });

  test('may have another patience with a deletion than with all else', async () => {
    const thing = Object.assign(new FakeThing(), { removalPatienceMinutes: 50 });
    thing.outcome = waiting('nodes that end');
    await expect(isComplete({ 'Custom::Thing': thing }, second({ RequestType: 'Delete' }), later(49))).resolves.toEqual({ IsComplete: false });
    await expect(isComplete({ 'Custom::Thing': thing }, second({ RequestType: 'Delete' }), later(51))).rejects.toThrow('gave up after 50 minutes: nodes that end');
    await expect(isComplete({ 'Custom::Thing': thing }, second(), later(11))).rejects.toThrow('gave up after 10 minutes');
  });

  test('refuses attributes that CloudFormation would drop', async () => {
    const thing = new FakeThing();
    thing.outcome = done({ Names: 'n'.repeat(4000) });
    await expect(isComplete({ 'Custom::Thing': thing }, second(), later(1))).rejects.toThrow(/take \d+ bytes and a response carries \d+: Names/);
  });
});

describe('a long reason', () => {
  test('is shortened below the size of a response, in whole characters', () => {
    const short = shortReason('é'.repeat(5000));
    expect(Buffer.byteLength(short)).toBeLessThan(MAXIMUM_RESPONSE_BYTES);
    expect(short).toMatch(/^é+ … \(shortened, the log has all of it\)$/);
  });

  test('is left alone when it fits', () => {
    expect(shortReason('no managed node group')).toBe('no managed node group');
  });
});
