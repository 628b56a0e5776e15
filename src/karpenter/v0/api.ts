import { quantity } from '../../kubernetes/quantity';
import { TaintFacts } from '../../kubernetes/scheduling';
import { NodeTemplateFacts, ProvisionerFacts } from '../api/karpenter-api';

/** The parts of an AWSNodeTemplate's spec, or of a Provisioner's own `provider`, that decide where and how nodes are made. */
interface AwsSpec {
  readonly subnetSelector?: Readonly<Record<string, string>>;
  readonly amiFamily?: string;
  readonly amiSelector?: object;
  readonly userData?: string;
  readonly launchTemplate?: string;
  readonly blockDeviceMappings?: ReadonlyArray<{ readonly ebs?: { readonly volumeSize?: string | number } }>;
}

interface Meta { readonly name: string; readonly deletionTimestamp?: unknown }

export interface AWSNodeTemplateObject { readonly metadata: Meta; readonly spec?: AwsSpec }

export interface ProvisionerObject {
  readonly metadata: Meta;
  readonly spec?: {
    readonly requirements?: ReadonlyArray<{ readonly key: string; readonly operator: string; readonly values?: readonly string[] }>;
    readonly labels?: Readonly<Record<string, string>>;
    readonly taints?: readonly TaintFacts[];
    readonly limits?: { readonly resources?: Readonly<Record<string, string | number>> };
    readonly providerRef?: { readonly name?: string };
    readonly provider?: AwsSpec;
  };
  readonly status?: { readonly resources?: Readonly<Record<string, string>> };
}

/** What Karpenter gives a node's biggest volume by itself, in gibibytes. */
const DEFAULT_DISK_GIB = 20;
const WINDOWS_DISK_GIB = 50;

export function provisionerFacts({ metadata, spec, status }: ProvisionerObject): ProvisionerFacts {
  return {
    name: metadata.name,
    requirements: (spec?.requirements ?? []).map(({ key, operator, values }) => ({ key, operator, values: values ?? [] })),
    labels: spec?.labels ?? {},
    taints: (spec?.taints ?? []).map(({ key, value, effect }) => ({ key, value, effect })),
    limits: texts(spec?.limits?.resources),
    used: texts(status?.resources),
    nodeTemplate: spec?.providerRef?.name ?? ownTemplate(metadata.name),
  };
}

/** AWSNodeTemplates, and what Provisioners say themselves in the older form. */
export function nodeTemplateFacts(provisioners: readonly ProvisionerObject[], templates: readonly AWSNodeTemplateObject[]): NodeTemplateFacts[] {
  return [
    ...templates.map(({ metadata, spec }) => facts(metadata.name, spec ?? {})),
    ...provisioners.flatMap(({ metadata, spec }) => spec?.provider ? [facts(ownTemplate(metadata.name), spec.provider)] : []),
  ];
}

function facts(name: string, spec: AwsSpec): NodeTemplateFacts {
  const amiFamily = spec.amiFamily ?? 'AL2';
  const volumes = (spec.blockDeviceMappings ?? []).flatMap(({ ebs }) => ebs?.volumeSize ?? []);
  const sizes = volumes.map(size => quantity(String(size)) / 2 ** 30);
  const ownDisk = amiFamily.startsWith('Windows') ? WINDOWS_DISK_GIB : DEFAULT_DISK_GIB;
  // Images of the user's own have sizes that nobody tells here.
  const isKnown = spec.launchTemplate === undefined && (sizes.length > 0 || amiFamily !== 'Custom');
  return {
    name,
    subnetSelector: spec.subnetSelector ?? {},
    amiFamily,
    ownAmi: spec.amiSelector !== undefined || spec.launchTemplate !== undefined,
    userData: spec.userData !== undefined || spec.launchTemplate !== undefined,
    ...isKnown ? { diskGib: sizes.length > 0 ? Math.max(...sizes) : ownDisk } : {},
  };
}

function ownTemplate(provisioner: string): string {
  return `provider of ${provisioner}`;
}

function texts(resources: Readonly<Record<string, string | number>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(resources ?? {}).map(([name, value]) => [name, String(value)]));
}
