/* eslint-disable import/no-extraneous-dependencies -- only the function's bundle has them, no construct imports this file */
import { Ajv, ErrorObject, Options } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019';
import { Ajv2020 } from 'ajv/dist/2020';
import { isMap, parseDocument } from 'yaml';
import { pinned, same } from './affinity';
import { AddonRecord } from './record';
import { Affinity, Requirement, termsOf } from '../../kubernetes/scheduling';

/** The configuration values of an add-on: JSON or YAML, and none at all as often as not. */
export type Configuration = Readonly<Record<string, unknown>> & { readonly affinity?: Affinity | null };

export class ConfigurationUnreadable extends Error {}

export function configurationOf(text: string | null | undefined): Configuration {
  const document = parseDocument(text ?? '');
  if (document.errors.length > 0) {
    throw new ConfigurationUnreadable(document.errors[0].message.split('\n')[0]);
  }
  const value: unknown = document.toJS() ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new ConfigurationUnreadable('they are no mapping');
  }
  return value as Configuration;
}

/**
 * The affinity that pins the pods of an add-on, from its configuration and the affinity of its Deployment. EKS merges values with its
 * defaults: maps key by key, lists as a whole. So terms that come from the defaults have to be said again, with ours in each.
 */
export function pinnedConfiguration(
  configuration: Configuration, live: Affinity | null, requirement: Requirement,
): Configuration & { readonly affinity: Affinity } {
  const said = configuration.affinity ?? live;
  const terms = termsOf(said).length > 0 ? said : withTermsOf(live, said);
  return { ...configuration, affinity: pinned(terms, requirement) };
}

/** What an add-on's configuration is to be once ours is taken back; the present one where its owner has replaced our affinity. */
export function restoredConfiguration(record: Pick<AddonRecord, 'original' | 'ours'>, present: string | null): string | null {
  if (isSameText(present, record.ours)) {
    return record.original;
  }
  if (isSameText(present, record.original) || !same(configurationOf(present).affinity, configurationOf(record.ours).affinity)) {
    return present;
  }
  const before = configurationOf(record.original).affinity;
  return edited(present!, before);
}

export type AddonRestore =
  /** As it was before. */
  | { readonly kind: 'restored' }
  /** Its owner replaced our affinity: nothing of it is ours. */
  | { readonly kind: 'replaced' }
  | { readonly kind: 'configure'; readonly configuration: string | null; readonly keepsChange: boolean };

/** What is to become of an add-on's configuration on the way back. */
export function planAddonRestore(record: AddonRecord, present: string | null): AddonRestore {
  if (isSameText(present, record.original)) {
    return { kind: 'restored' };
  }
  const configuration = restoredConfiguration(record, present);
  return configuration === present
    ? { kind: 'replaced' }
    : { kind: 'configure', configuration, keepsChange: configuration !== record.original };
}

/** No configuration, an empty text and an empty mapping are all the same to EKS. */
export function isSameText(one: string | null | undefined, other: string | null | undefined): boolean {
  const plain = (text: string | null | undefined) => (text ?? '').trim() === '{}' ? '' : text ?? '';
  return plain(one) === plain(other);
}

/** What the schema of an add-on's version has against a configuration; undefined where it has nothing. */
export function schemaProblem(schemaText: string | undefined, configuration: Configuration): string | undefined {
  const schema = JSON.parse(schemaText || '{}') as Schema;
  if (rootOf(schema).properties?.affinity === undefined) {
    return 'its configuration has no `affinity`';
  }
  const validate = validator(schema);
  return validate && !validate(configuration)
    ? validate.errors!.map((error: ErrorObject) => `${error.instancePath || 'the configuration'} ${error.message}`).join(', ')
    : undefined;
}

interface Schema {
  readonly $schema?: string;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly [other: string]: unknown;
}

/** EKS' schemas use several drafts and keywords that are none. */
const LENIENT: Options = { strict: false, validateSchema: false, validateFormats: false, logger: false, allErrors: true };

function validator(schema: Schema) {
  const dialect = schema.$schema ?? '';
  const ajv = /2020-12/.test(dialect) ? new Ajv2020(LENIENT) : /2019-09/.test(dialect) ? new Ajv2019(LENIENT) : new Ajv(LENIENT);
  try {
    return ajv.compile(schema);
  } catch {
    // Of an older draft than the validator knows: EKS itself checks every configuration before it changes anything.
    return undefined;
  }
}

/** Schemas of EKS refer from their root to a definition. */
function rootOf(schema: Schema): Schema {
  const path = /^#\/(.+)$/.exec(schema.$ref ?? '')?.[1].split('/') ?? [];
  return path.reduce((found, key) => (found?.[key] ?? {}) as Schema, schema);
}

function withTermsOf(live: Affinity | null, said: Affinity | null): Affinity | null {
  const required = live?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required
    ? { ...said, nodeAffinity: { ...said?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: required } }
    : said;
}

/** Only the affinity is changed: the rest of a text that its owner wrote stays, with comments. */
function edited(text: string, affinity: Affinity | null | undefined): string | null {
  const document = parseDocument(text);
  if (affinity === undefined) {
    document.delete('affinity');
  } else {
    document.set('affinity', document.createNode(affinity));
  }
  if (isMap(document.contents) && document.contents.items.length === 0) {
    return null;
  }
  return text.trimStart().startsWith('{') ? JSON.stringify(document.toJS()) : document.toString();
}
