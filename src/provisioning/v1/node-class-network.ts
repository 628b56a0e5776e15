import { Duration, Token } from 'aws-cdk-lib';
import { checkKind } from '../../input/kind';
import { ANY_TEXT, required } from '../../input/kinds';
import { checkInteger } from '../numbers';

/** What a network interface is for. */
export enum NetworkInterfaceType {
  /** Ordinary traffic. */
  INTERFACE = 'interface',

  /** Traffic of the Elastic Fabric Adapter alone; it has no IP address. At most one on each network card. */
  EFA_ONLY = 'efa-only',
}

/** A network interface of a node and where it is attached. */
export interface NodeNetworkInterface {
  /** The index of the network card, from 0. */
  readonly networkCardIndex: number;

  /** The index of the device on its card, from 0. */
  readonly deviceIndex: number;

  /** What it is for. */
  readonly interfaceType: NetworkInterfaceType;
}

/**
 * How long EC2 tracks connections that are idle; at least one time must be set. Only instance types on the Nitro System can do it.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html
 */
export interface ConnectionTracking {
  /**
   * For established TCP connections: from 60 seconds to 5 days, in whole seconds.
   *
   * @default - EC2's, which is 5 days or 350 seconds by instance type
   */
  readonly tcpEstablishedTimeout?: Duration;

  /**
   * For UDP with more than one request and answer: from 60 to 180 seconds, in whole seconds.
   *
   * @default - EC2's, 180 seconds
   */
  readonly udpStreamTimeout?: Duration;

  /**
   * For other UDP: from 30 to 60 seconds, in whole seconds.
   *
   * @default - EC2's, 30 seconds
   */
  readonly udpTimeout?: Duration;
}

/** Which placement group nodes are in. */
export class PlacementGroup {
  /**
   * By its name.
   *
   * @param name the name in EC2
   */
  public static byName(name: string): PlacementGroup {
    checkKind('the name of a placement group', name, required(ANY_TEXT));
    if (name === '') {
      throw new Error('placement group has an empty name: set the name of the group');
    }
    return new PlacementGroup({ name });
  }

  /**
   * By its id.
   *
   * @param id such as `pg-0123456789abcdef0`
   */
  public static byId(id: string): PlacementGroup {
    if (!Token.isUnresolved(id) && !/^pg-[0-9a-z]+$/.test(id)) {
      throw new Error(`placement group id is "${id}": set one such as "pg-0123456789abcdef0"`);
    }
    return new PlacementGroup({ id });
  }

  private constructor(private readonly fields: object) {}

  /**
   * The selector as the API has it.
   *
   * @internal
   */
  public _render(): object {
    return this.fields;
  }
}

/** The interfaces as the API has them. */
export function renderNetworkInterfaces(interfaces: NodeNetworkInterface[]): object[] {
  const isKnown = interfaces.every((each) => !Token.isUnresolved(each.networkCardIndex) && !Token.isUnresolved(each.deviceIndex));
  const primary = interfaces.find((each) => each.networkCardIndex === 0 && each.deviceIndex === 0);
  if (interfaces.length > 0 && isKnown && primary?.interfaceType !== NetworkInterfaceType.INTERFACE) {
    throw new Error('`networkInterfaces` has no ordinary interface as device 0 of card 0, which every instance needs: add one');
  }
  checkPlaces(interfaces.map((each) => `device ${each.deviceIndex} of card ${each.networkCardIndex}`), 'given twice');
  checkPlaces(interfaces.filter((each) => each.interfaceType === NetworkInterfaceType.EFA_ONLY).map((each) => `card ${each.networkCardIndex}`),
    'given two interfaces of type efa-only');
  return interfaces.map(({ networkCardIndex, deviceIndex, interfaceType }) => ({ networkCardIndex, deviceIndex, interfaceType }));
}

function checkPlaces(places: string[], complaint: string): void {
  const twice = places.find((place, index) => places.indexOf(place) !== index);
  if (twice !== undefined) {
    throw new Error(`${twice} is ${complaint} in \`networkInterfaces\`: keep one`);
  }
}

/** The times as the API has them. */
export function renderConnectionTracking(tracking: ConnectionTracking): object {
  const rendered = {
    tcpEstablishedTimeout: seconds('tcpEstablishedTimeout', tracking.tcpEstablishedTimeout, 60, 432_000),
    udpStreamTimeout: seconds('udpStreamTimeout', tracking.udpStreamTimeout, 60, 180),
    udpTimeout: seconds('udpTimeout', tracking.udpTimeout, 30, 60),
  };
  if (Object.values(rendered).every((each) => each === undefined)) {
    throw new Error(`\`connectionTracking\` is empty: set at least one of ${Object.keys(rendered).map((each) => `\`${each}\``).join(', ')}`);
  }
  return rendered;
}

function seconds(property: string, duration: Duration | undefined, minimum: number, maximum: number): number | undefined {
  const value = duration?.toSeconds();
  checkInteger(`\`connectionTracking.${property}\` in seconds`, value, minimum, maximum);
  return value;
}
