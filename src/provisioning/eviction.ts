import { Duration, Size, Token } from 'aws-cdk-lib';
import { byteQuantity, countQuantity } from './numbers';
import { SIZE } from '../input/cdk-kinds';
import { checkKind, refuse } from '../input/kind';
import { required } from '../input/kinds';

/** How little of something must be left on a node before the kubelet evicts pods. */
export abstract class EvictionThreshold {
  /**
   * A share of what the node has.
   *
   * 0 and 100 turn the threshold off.
   *
   * @param percentage from 0 to 100, fractions allowed
   */
  public static percentage(percentage: number): EvictionThreshold {
    if (Token.isUnresolved(percentage)) {
      throw new Error('eviction percentage is a token: set a number that is known at synthesis, as it is written as text');
    }
    if (typeof percentage !== 'number' || !(percentage >= 0 && percentage <= 100)) {
      refuse('eviction percentage', percentage, 'a number from 0 to 100');
    }
    return new LiteralThreshold(`${percentage}%`);
  }

  /**
   * An amount of memory or storage.
   *
   * Fails on none at all: a kubelet does not start with it.
   *
   * @param size the amount left
   */
  public static size(size: Size): EvictionThreshold {
    checkKind('eviction threshold', size, required(SIZE));
    const quantity = byteQuantity('eviction threshold', size);
    if (size.toBytes() === 0) {
      throw new Error(`eviction threshold is ${quantity}, with which a kubelet does not start: set more, or EvictionThreshold.percentage(0) for none`);
    }
    return new LiteralThreshold(quantity);
  }

  /**
   * A number of inodes or process ids.
   *
   * @param count a whole number of at least 1
   */
  public static count(count: number): EvictionThreshold {
    return new LiteralThreshold(countQuantity('eviction threshold', count, 1));
  }

  /**
   * The threshold as the kubelet reads it.
   *
   * @internal
   */
  public abstract _render(): string;
}

class LiteralThreshold extends EvictionThreshold {
  public constructor(private readonly text: string) {
    super();
  }

  public _render() {
    return this.text;
  }
}

/** The thresholds below which pods are evicted at once. */
export interface HardEviction {
  /**
   * Memory that is left on the node.
   *
   * @default - the kubelet's, which the AMI may set
   */
  readonly memoryAvailable?: EvictionThreshold;

  /**
   * Storage that is left on the kubelet's file system.
   *
   * @default - the kubelet's, which the AMI may set
   */
  readonly nodefsAvailable?: EvictionThreshold;

  /**
   * Inodes that are left on the kubelet's file system.
   *
   * @default - the kubelet's, which the AMI may set
   */
  readonly nodefsInodesFree?: EvictionThreshold;

  /**
   * Storage that is left on the file system of images.
   *
   * @default - the kubelet's, which the AMI may set
   */
  readonly imagefsAvailable?: EvictionThreshold;

  /**
   * Inodes that are left on the file system of images.
   *
   * @default - the kubelet's, which the AMI may set
   */
  readonly imagefsInodesFree?: EvictionThreshold;

  /**
   * Process ids that are left on the node.
   *
   * @default - the kubelet's, which the AMI may set
   */
  readonly pidAvailable?: EvictionThreshold;
}

/** A threshold together with how long it may be undercut; Karpenter refuses one without the other. */
export interface SoftEvictionSignal {
  /** How little must be left. */
  readonly threshold: EvictionThreshold;

  /** How long it must have been that little before pods are evicted, in whole seconds. */
  readonly gracePeriod: Duration;
}

/**
 * The thresholds below which pods are evicted after a grace period.
 *
 * Bottlerocket nodes ignore them in Karpenter 0.29.
 */
export interface SoftEviction {
  /**
   * Memory that is left on the node.
   *
   * @default - pods are not evicted for it
   */
  readonly memoryAvailable?: SoftEvictionSignal;

  /**
   * Storage that is left on the kubelet's file system.
   *
   * @default - pods are not evicted for it
   */
  readonly nodefsAvailable?: SoftEvictionSignal;

  /**
   * Inodes that are left on the kubelet's file system.
   *
   * @default - pods are not evicted for it
   */
  readonly nodefsInodesFree?: SoftEvictionSignal;

  /**
   * Storage that is left on the file system of images.
   *
   * @default - pods are not evicted for it
   */
  readonly imagefsAvailable?: SoftEvictionSignal;

  /**
   * Inodes that are left on the file system of images.
   *
   * @default - pods are not evicted for it
   */
  readonly imagefsInodesFree?: SoftEvictionSignal;

  /**
   * Process ids that are left on the node.
   *
   * @default - pods are not evicted for it
   */
  readonly pidAvailable?: SoftEvictionSignal;
}

const SIGNALS = {
  memoryAvailable: 'memory.available',
  nodefsAvailable: 'nodefs.available',
  nodefsInodesFree: 'nodefs.inodesFree',
  imagefsAvailable: 'imagefs.available',
  imagefsInodesFree: 'imagefs.inodesFree',
  pidAvailable: 'pid.available',
} as const;

/** The thresholds by the kubelet's name of the signal. */
export function renderHardEviction(eviction: HardEviction): Record<string, string> {
  return bySignal(eviction, (threshold) => threshold._render());
}

/** The two fields of the kubelet's configuration that a soft eviction fills, with equal keys. */
export function renderSoftEviction(eviction: SoftEviction): object {
  return {
    evictionSoft: bySignal(eviction, (signal) => signal.threshold._render()),
    evictionSoftGracePeriod: bySignal(eviction, (signal) => `${signal.gracePeriod.toSeconds()}s`),
  };
}

type Signals<T> = { readonly [property in keyof typeof SIGNALS]?: T };

function bySignal<T>(signals: Signals<T>, render: (signal: T) => string): Record<string, string> {
  const properties = Object.keys(SIGNALS) as (keyof typeof SIGNALS)[];
  return Object.fromEntries(properties.flatMap((property) => {
    const signal = signals[property];
    return signal ? [[SIGNALS[property], render(signal)]] : [];
  }));
}
