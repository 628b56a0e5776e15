import { KarpenterApi } from './api/karpenter-api';
import { V0_API } from './v0/api';
import { V1_API } from './v1/api';

/** All generations that the functions know. */
const APIS: readonly KarpenterApi[] = [V0_API, V1_API];

/**
 * The generation that a contract names.
 *
 * @param version of Karpenter, where the contract says it; else the API is as the newest version has it
 */
export function apiOf(name: string, version?: string): KarpenterApi {
  const api = APIS.find(one => one.name === name);
  if (!api) {
    throw new Error(`"${name}" is not an API of Karpenter that this function knows, it knows ${APIS.map(one => one.name).join(', ')}`);
  }
  return version !== undefined && api.ofVersion ? api.ofVersion(version) : api;
}

/** All generations but one. */
export function apisOtherThan(name: string): readonly KarpenterApi[] {
  return APIS.filter(one => one.name !== name);
}

/** The labels by which nodes are Karpenter's, of all generations. */
export const OWNER_LABELS: readonly string[] = APIS.map(({ ownerLabel }) => ownerLabel);
