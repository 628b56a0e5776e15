import { Token } from 'aws-cdk-lib';
import { Selection, checkSelectionTags } from './selector-terms';
import { checkKind } from '../../input/kind';
import { ANY_TEXT, map, required } from '../../input/kinds';
import { checkShape, Shape } from '../../input/shape';

/** What kind of image nodes run; it decides how their user data is made and which volumes they have by default. */
export enum NodeClassAmiFamily {
  /** Amazon Linux 2; its images end with Kubernetes 1.32. */
  AL2 = 'AL2',

  /** Amazon Linux 2023. */
  AL2023 = 'AL2023',

  /** Bottlerocket. */
  BOTTLEROCKET = 'Bottlerocket',

  /** Windows Server 2019. */
  WINDOWS_2019 = 'Windows2019',

  /** Windows Server 2022. */
  WINDOWS_2022 = 'Windows2022',

  /** Windows Server 2025. Needs Karpenter 1.9. */
  WINDOWS_2025 = 'Windows2025',

  /** Images of your own: user data is used as it is, and the image brings its volumes. */
  CUSTOM = 'Custom',
}

const LATEST = 'latest';

/** How EKS writes the release of an image; Bottlerocket's has no build number. */
const DATED = { pattern: /^v\d{8}$/, example: 'v20260801' };
const NUMBERED = { pattern: /^v?\d+\.\d+\.\d+$/, example: 'v1.50.0' };

/**
 * An image that EKS publishes, by its family and release; Karpenter finds the one for the architecture and the cluster's version.
 *
 * A release that is given stays until you change it: nodes keep known security faults, and a release that EKS no longer has, or never
 * had for the cluster's version, leaves the node class not ready. The latest follows EKS: whenever a new image comes, Karpenter replaces
 * all nodes by drift, within the disruption budgets, with an image that nobody has tried in your cluster.
 *
 * @see https://karpenter.sh/docs/concepts/nodeclasses/#specamiselectorterms
 */
export class AmiAlias {
  /**
   * Amazon Linux 2023 of one release; nodes keep it until you change it.
   *
   * @param version the date of the release, such as `v20260801`
   */
  public static al2023(version: string): AmiAlias {
    return AmiAlias.pinned(NodeClassAmiFamily.AL2023, version, DATED, 'AmiAlias.al2023Latest()');
  }

  /** The latest Amazon Linux 2023; each new image replaces the nodes. */
  public static al2023Latest(): AmiAlias {
    return new AmiAlias(NodeClassAmiFamily.AL2023, LATEST);
  }

  /**
   * Amazon Linux 2 of one release, for clusters up to Kubernetes 1.32; nodes keep it until you change it. On a later one the preflight of a
   * migration says so.
   *
   * @param version the date of the release, such as `v20251120`
   */
  public static al2(version: string): AmiAlias {
    return AmiAlias.pinned(NodeClassAmiFamily.AL2, version, DATED, 'AmiAlias.al2Latest()');
  }

  /**
   * The latest Amazon Linux 2, for clusters up to Kubernetes 1.32; each new image replaces the nodes. On a later one the preflight of a
   * migration says so.
   */
  public static al2Latest(): AmiAlias {
    return new AmiAlias(NodeClassAmiFamily.AL2, LATEST);
  }

  /**
   * Bottlerocket of one release; nodes keep it until you change it.
   *
   * @param version the release, such as `v1.50.0`
   */
  public static bottlerocket(version: string): AmiAlias {
    return AmiAlias.pinned(NodeClassAmiFamily.BOTTLEROCKET, version, NUMBERED, 'AmiAlias.bottlerocketLatest()');
  }

  /** The latest Bottlerocket; each new image replaces the nodes. */
  public static bottlerocketLatest(): AmiAlias {
    return new AmiAlias(NodeClassAmiFamily.BOTTLEROCKET, LATEST);
  }

  /** The latest Windows Server 2019 Core, which cannot be pinned; each new image replaces the nodes. */
  public static windows2019Latest(): AmiAlias {
    return new AmiAlias(NodeClassAmiFamily.WINDOWS_2019, LATEST);
  }

  /** The latest Windows Server 2022 Core, which cannot be pinned; each new image replaces the nodes. */
  public static windows2022Latest(): AmiAlias {
    return new AmiAlias(NodeClassAmiFamily.WINDOWS_2022, LATEST);
  }

  /** The latest Windows Server 2025 Core, which cannot be pinned; each new image replaces the nodes. Needs Karpenter 1.9. */
  public static windows2025Latest(): AmiAlias {
    return new AmiAlias(NodeClassAmiFamily.WINDOWS_2025, LATEST);
  }

  private static pinned(family: NodeClassAmiFamily, version: string, format: { pattern: RegExp; example: string }, latest: string): AmiAlias {
    if (!Token.isUnresolved(version) && !format.pattern.test(version)) {
      throw new Error(`${family} image has the version "${version}": set a release such as "${format.example}", or use ${latest}`);
    }
    return new AmiAlias(family, version);
  }

  private constructor(
    /** The family of the image. */
    public readonly family: NodeClassAmiFamily,
    private readonly version: string,
  ) {}

  /**
   * The term as the API has it.
   *
   * @internal
   */
  public _render(): object {
    return { alias: `${this.family.toLowerCase()}@${this.version}` };
  }
}

/** What an image must have; all that is given must match. */
export interface AmiMatch {
  /**
   * The name of the image, which may hold `*` and `?`; it is not the tag `Name`.
   *
   * @default - any name, which needs `tags`
   */
  readonly name?: string;

  /**
   * Tags of the image, `*` for any value; at most 20.
   *
   * @default - any tags, which needs `name`
   */
  readonly tags?: { [key: string]: string };

  /**
   * Whose image it is: an account id, `self`, `amazon` or `aws-marketplace`.
   *
   * @default - `self` and `amazon`, by Karpenter
   */
  readonly owner?: string;
}

const AMI_MATCH: Shape<AmiMatch> = { name: ANY_TEXT, tags: map(ANY_TEXT), owner: ANY_TEXT };

/**
 * Which images nodes may run; of those that match several terms or one, Karpenter takes the newest that fits the instance type.
 *
 * A new image that matches replaces the nodes by drift.
 *
 * @see https://karpenter.sh/docs/concepts/nodeclasses/#specamiselectorterms
 */
export class AmiTerm {
  /**
   * One image.
   *
   * @param id such as `ami-0123456789abcdef0`
   */
  public static id(id: string): AmiTerm {
    if (!Token.isUnresolved(id) && !/^ami-[0-9a-z]+$/.test(id)) {
      throw new Error(`image id is "${id}": set one such as "ami-0123456789abcdef0"`);
    }
    return new AmiTerm({ id });
  }

  /**
   * The image whose id a parameter of the Systems Manager holds.
   *
   * With `ControllerPolicy.scoped()` the controller may read only parameters below `/aws/service`; for others its role needs `ssm:GetParameter`.
   *
   * @param parameter the name or the ARN
   */
  public static ssmParameter(parameter: string): AmiTerm {
    checkKind('the SSM parameter of an image', parameter, required(ANY_TEXT));
    if (parameter === '') {
      throw new Error('SSM parameter of an image is empty: set its name or its ARN');
    }
    return new AmiTerm({ ssmParameter: parameter });
  }

  /**
   * Images by their name or their tags, or both.
   *
   * Fails on neither: the owner alone would match all that he has.
   */
  public static matching(match: AmiMatch): AmiTerm {
    checkShape('AmiTerm.matching', match, AMI_MATCH);
    if (match.name === undefined && match.tags === undefined) {
      throw new Error('image term has neither `name` nor `tags`: set one of them');
    }
    if (match.name === '') {
      throw new Error('image term has an empty `name`: set the name of the image, which may hold "*"');
    }
    if (match.owner === '') {
      throw new Error('image term has an empty `owner`: set an account id, "self", "amazon" or "aws-marketplace"');
    }
    if (match.tags) {
      checkSelectionTags('image term', match.tags);
    }
    return new AmiTerm({ name: match.name, tags: match.tags, owner: match.owner });
  }

  private constructor(private readonly fields: Selection) {}

  /**
   * The term as the API has it.
   *
   * @internal
   */
  public _render(): Selection {
    return this.fields;
  }
}
