import { readFileSync } from 'fs';
import { join } from 'path';
import Ajv, { ValidateFunction } from 'ajv';
import { parse } from 'yaml';

/** The kinds whose real definitions are here, each as its Karpenter has it. */
const FILES = {
  Provisioner: 'karpenter.sh_provisioners.yaml',
  AWSNodeTemplate: 'karpenter.k8s.aws_awsnodetemplates.yaml',
  NodePool: 'karpenter.sh_nodepools.yaml',
  EC2NodeClass: 'karpenter.k8s.aws_ec2nodeclasses.yaml',
};

export type Kind = keyof typeof FILES;

/** What the API server's schema has against an object; unlike the server, which drops unknown fields, it reports them. */
export function schemaErrors(kind: Kind, object: unknown): string[] {
  const validate = validatorOf(kind);
  return validate(object) ? [] : validate.errors!.map((error) => `${error.instancePath} ${error.message}`);
}

/** A rule of a definition beyond types and patterns, in the language of the API server. */
export interface Rule {
  readonly message: string;
  readonly rule: string;
}

/** All rules on the spec of a kind. */
export function rulesOf(kind: Kind): Rule[] {
  return rulesIn(definitionOf(kind).spec.versions[0].schema.openAPIV3Schema.properties.spec);
}

/** How many entries a list may have, by its path below `spec`. */
export function maximumItems(kind: Kind, path: string): number {
  const { spec } = definitionOf(kind).spec.versions[0].schema.openAPIV3Schema.properties;
  const { maxItems } = path.split('.').reduce((schema, name) => schema.properties[name], spec);
  if (typeof maxItems !== 'number') {
    throw new Error(`the definition of ${kind} has no limit for spec.${path}`);
  }
  return maxItems;
}

/** The object with what the API server would fill in. */
export function withServerDefaults(kind: Kind, object: any): any {
  const copy = structuredClone(object);
  fillersOf(kind)(copy);
  return copy;
}

const definitions: { [kind in Kind]?: any } = {};
const validators: { [kind in Kind]?: ValidateFunction } = {};
const fillers: { [kind in Kind]?: ValidateFunction } = {};

function definitionOf(kind: Kind): any {
  return definitions[kind] ??= parse(readFileSync(join(__dirname, 'crds', FILES[kind]), 'utf8'));
}

function fillersOf(kind: Kind): ValidateFunction {
  const ajv = new Ajv({ strict: false, validateFormats: false, useDefaults: true });
  return fillers[kind] ??= ajv.compile(definitionOf(kind).spec.versions[0].schema.openAPIV3Schema);
}

function rulesIn(schema: any): Rule[] {
  if (typeof schema !== 'object' || schema === null) {
    return [];
  }
  return Object.entries(schema).flatMap(([key, value]) => key === 'x-kubernetes-validations' ? value as Rule[] : rulesIn(value));
}

function validatorOf(kind: Kind): ValidateFunction {
  return validators[kind] ??= compile(definitionOf(kind));
}

function compile(definition: any): ValidateFunction {
  // Kubernetes' own keywords and formats of numbers are unknown to ajv; neither carries a rule beyond type and pattern.
  const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
  const schema = closed(definition.spec.versions[0].schema.openAPIV3Schema);
  const { group, names, versions } = definition.spec;
  schema.properties.apiVersion.const = `${group}/${versions[0].name}`;
  schema.properties.kind.const = names.kind;
  schema.required = ['apiVersion', 'kind', 'metadata', 'spec'];
  return ajv.compile(schema);
}

/** Makes every object refuse fields that its schema does not name. */
function closed(schema: any): any {
  if (Array.isArray(schema)) {
    return schema.map(closed);
  }
  if (typeof schema !== 'object' || schema === null) {
    return schema;
  }
  const copy: any = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  const namesFields = schema.type === 'object' && schema.properties !== undefined;
  return namesFields && schema.additionalProperties === undefined ? { ...copy, additionalProperties: false } : copy;
}
