import { readYaml, YamlReading } from './go-yaml';
import { AwsAuthUnreadable, Json } from './go-yaml-scalars';

/** Whom an entry lets in, as the authenticator has it; what an entry does not say is empty. */
export interface IdentityMapping {
  readonly arn: string;
  readonly username: string;
  readonly groups: readonly string[];
}

/** A list of aws-auth as the aws-iam-authenticator reads it. */
export interface ListReading {
  readonly mappings: readonly IdentityMapping[];
  /** What it leaves out of entries because it is of another kind; it logs the first and keeps all the rest. */
  readonly damage: ReadonlyArray<{ readonly index: number; readonly says: string }>;
  /** Undefined for a text that counts as none. */
  readonly yaml?: YamlReading;
}

/** The lists of aws-auth, and what names the identity in each. */
export const LISTS = { mapRoles: 'rolearn', mapUsers: 'userarn' } as const;
export type ListName = keyof typeof LISTS;

/** Texts that the authenticator does not look into. */
const SKIPPED = ['', '``', '""', '\'\''];

/**
 * Reads a list of aws-auth.
 *
 * @throws AwsAuthUnreadable where nothing of it counts
 * @see https://github.com/kubernetes-sigs/aws-iam-authenticator/blob/v0.6.13/pkg/mapper/configmap/configmap.go
 */
export function readList(list: ListName, text: string): ListReading {
  if (SKIPPED.includes(text.trim())) {
    return { mappings: [], damage: [] };
  }
  const yaml = readYaml(text);
  const { value } = yaml;
  if (value === null) {
    return { mappings: [], damage: [], yaml };
  }
  if (!Array.isArray(value)) {
    throw new AwsAuthUnreadable(`must be a list, got ${typeof value === 'object' ? 'a map' : 'a single value'} at line 1, column 1`);
  }
  const damage: Array<{ index: number; says: string }> = [];
  const mappings = (value as readonly Json[]).map((entry, index) => {
    const report = (what: string) => damage.push({ index, says: `entry ${index + 1}: ${what}` });
    return new EntryDecoder(LISTS[list], report).decode(entry);
  });
  return { mappings, damage, yaml };
}

/** The entry that counts for a role: of several the last one, whatever the case of its ARN. */
export function mappingOf({ mappings }: ListReading, arn: string): IdentityMapping | undefined {
  return mappings.filter(mapping => isOf(mapping, arn)).at(-1);
}

export function isOf(mapping: Pick<IdentityMapping, 'arn'>, arn: string): boolean {
  return mapping.arn.toLowerCase() === arn.toLowerCase();
}

/** One entry as Go decodes JSON into a struct: fields in any case, the last one wins, and what does not fit is left as it was. */
class EntryDecoder {
  private arn = '';
  private username = '';
  private groups: readonly string[] = [];

  public constructor(private readonly arnField: string, private readonly report: (what: string) => void) {}

  public decode(entry: Json): IdentityMapping {
    if (entry !== null && (typeof entry !== 'object' || Array.isArray(entry))) {
      this.report(`is ${kindOf(entry)} and no map`);
    } else {
      // In the order in which Go writes the JSON in between.
      const fields = Object.entries(entry ?? {}).sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
      fields.forEach(([key, value]) => this.field(key, value));
    }
    return { arn: this.arn, username: this.username, groups: this.groups };
  }

  private field(key: string, value: Json): void {
    switch (folded(key)) {
      case this.arnField:
        this.arn = this.text(key, value, this.arn);
        break;
      case 'username':
        this.username = this.text(key, value, this.username);
        break;
      case 'userid':
        this.text(key, value, '');
        break;
      case 'groups':
        this.groups = this.texts(key, value);
    }
  }

  private text(key: string, value: Json, otherwise: string): string {
    if (typeof value === 'string') {
      return value;
    }
    if (value !== null) {
      this.report(`${key} is ${kindOf(value)} and no text${typeof value === 'object' ? '' : ', put it in quotes'}`);
    }
    return otherwise;
  }

  private texts(key: string, value: Json): readonly string[] {
    if (value === null) {
      return [];
    }
    if (!Array.isArray(value)) {
      this.report(`${key} is ${kindOf(value)} and no list`);
      return this.groups;
    }
    return (value as readonly Json[]).map((one, index) => this.text(`${key}[${index}]`, one, this.groups[index] ?? ''));
  }
}

function kindOf(value: Json): string {
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a map' : typeof value === 'string' ? 'a text' : `the ${typeof value} ${value}`;
}

/** As Go compares the names of fields, for which some letters are the same. */
function folded(key: string): string {
  return key.toUpperCase().toLowerCase();
}
