import { KarpenterApi } from './api/karpenter-api';
import { V0_API } from './v0/api';

/** All generations that the functions know. */
const APIS: readonly KarpenterApi[] = [V0_API];

/** The generation that a contract names. */
export function apiOf(name: string): KarpenterApi {
  const api = APIS.find(one => one.name === name);
  if (!api) {
    throw new Error(`"${name}" is not an API of Karpenter that this function knows, it knows ${APIS.map(one => one.name).join(', ')}`);
  }
  return api;
}
