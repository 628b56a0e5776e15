/** Whether a part of the instance metadata service is there. */
export enum MetadataState {
  /** It can be reached. */
  ENABLED = 'enabled',

  /** It cannot be reached. */
  DISABLED = 'disabled',
}

/** Whether requests to the instance metadata service need a session token. */
export enum MetadataTokens {
  /** They do (IMDSv2). */
  REQUIRED = 'required',

  /** They may have one (IMDSv1 is allowed). */
  OPTIONAL = 'optional',
}

/**
 * How nodes can reach the instance metadata service.
 *
 * Where only some fields are set, Karpenter 0.29 leaves the others to EC2, which allows requests without tokens; here
 * they get the values that Karpenter uses when none is set, as later versions of Karpenter do.
 */
export interface MetadataOptions {
  /**
   * Whether the service can be reached.
   *
   * @default MetadataState.ENABLED
   */
  readonly httpEndpoint?: MetadataState;

  /**
   * Whether the service can be reached over IPv6.
   *
   * @default MetadataState.DISABLED
   */
  readonly httpProtocolIpv6?: MetadataState;

  /**
   * How many hops an answer may make, from 1 to 64; pods with their own network need 2.
   *
   * @default - 2 with Karpenter 0.29 to 0.31, 1 from 1.0 on: what Karpenter itself uses
   */
  readonly httpPutResponseHopLimit?: number;

  /**
   * Whether requests need a session token.
   *
   * @default MetadataTokens.REQUIRED
   */
  readonly httpTokens?: MetadataTokens;
}

/** What Karpenter uses where no metadata options are given at all; how many hops differs by its generation. */
const DEFAULTS = {
  httpEndpoint: MetadataState.ENABLED,
  httpProtocolIpv6: MetadataState.DISABLED,
  httpTokens: MetadataTokens.REQUIRED,
};

/** The options as the API has them, all written out. */
export function renderMetadataOptions(options: MetadataOptions, defaultHopLimit: number): object {
  return {
    httpEndpoint: options.httpEndpoint ?? DEFAULTS.httpEndpoint,
    httpProtocolIPv6: options.httpProtocolIpv6 ?? DEFAULTS.httpProtocolIpv6,
    httpPutResponseHopLimit: options.httpPutResponseHopLimit ?? defaultHopLimit,
    httpTokens: options.httpTokens ?? DEFAULTS.httpTokens,
  };
}
