import { WellKnownLabel } from './well-known-label';

/** Labels of which all values are known: another one matches no node. */
export type KnownValues = Readonly<Record<string, readonly string[]>>;

/** What Karpenter does with the tags of what it launches. */
export interface TagRules {
  /** What it sets itself, to know what is its own. */
  readonly restricted: RegExp;
  /** What it sets unless the user does. */
  readonly overridden: string;
  /** How many it sets, the overridden one counted. */
  readonly needed: number;
}

/**
 * Karpenter's own rules that all of its generations have, as they are in November 2026: those of its API, its webhooks and its launches. What
 * one generation has is beside its kinds.
 *
 * @see https://github.com/aws/karpenter-provider-aws/tree/v0.29.2/pkg/apis
 * @see https://github.com/aws/karpenter-provider-aws/tree/v1.14.3/pkg/apis
 */
export const KARPENTER = {
  /** In bytes. */
  volume: { minimum: 1e9, maximum: 64e12 },
  weight: { minimum: 1, maximum: 100 },
  minValues: 50,
  knownValues: {
    [WellKnownLabel.OS]: ['linux', 'windows'],
    [WellKnownLabel.ARCH]: ['amd64', 'arm64'],
  } as KnownValues,
  overriddenTag: 'Name',
};
