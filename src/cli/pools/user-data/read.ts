import { parseDocument, stringify } from 'yaml';
import { Part, partsOf } from './document';
import { COMMON_NAMES, configOfFlags, KNOWN_CONFIG, KubeletConfig, kubeletOf, NO_SUCH_SETTING } from './kubelet';
import { flagsIn, readScript, words } from './shell';
import { parseToml, Toml, TomlTable } from './toml';
import { Taint } from '../../../kubernetes/scheduling';
import { UserData } from '../contract';
import { Finding, finding } from '../findings';
import { KubeletProposal } from '../proposal';

/** What user data says of its nodes, as far as it can be read. */
export interface UserDataReading {
  readonly kubelet: KubeletProposal;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** One array of the disks that belong to an instance. */
  readonly raid0: boolean;
  /** What Karpenter can merge its own part into, without what is said above. */
  readonly rest: readonly Part[];
  /** Which image its nodes must have to understand it. */
  readonly kinds: readonly Part['kind'][];
  /** It calls EKS's bootstrap script. */
  readonly bootstraps: boolean;
  readonly findings: readonly Finding[];
}

/** One part, read. */
interface PartReading {
  readonly config: KubeletConfig;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  readonly raid0?: boolean;
  readonly rest?: Part;
  readonly bootstraps?: boolean;
  readonly findings: readonly Finding[];
}

/** What kubelets of Amazon Linux 2 take where nobody computes it. */
const KUBELET_MAX_PODS = 110;
const LONGEST_COMMAND = 60;

/** Reads user data; what is not understood, or has no place elsewhere, is a finding or is kept. */
export function readUserData(userData: UserData | undefined): UserDataReading {
  const parts = partsOf(userData);
  const readings = parts.map(readPart);
  const { kubelet, findings } = kubeletOf(Object.assign({}, ...readings.map(reading => reading.config)));
  return {
    kubelet,
    labels: Object.assign({}, ...readings.map(reading => reading.labels ?? {})),
    taints: readings.flatMap(reading => reading.taints ?? []),
    raid0: readings.some(reading => reading.raid0),
    rest: readings.flatMap(reading => reading.rest ?? []),
    kinds: [...new Set(parts.map(({ kind }) => kind))],
    bootstraps: readings.some(reading => reading.bootstraps),
    findings: [
      ...userData !== undefined && 'gzip' in userData
        ? [finding('user data', 'it is compressed with gzip and was not read: look what it does, and set `userData` and `kubelet` where nodes need it')] : [],
      ...readings.flatMap(reading => reading.findings),
      ...findings,
    ],
  };
}

function readPart(part: Part): PartReading {
  switch (part.kind) {
    case 'shell': return readShell(part);
    case 'nodeadm': return readNodeConfig(part);
    case 'bottlerocket': return readBottlerocket(part);
    case 'powershell': return readPowershell(part);
    case 'cloud-config': return { config: {}, rest: part, findings: [] };
    default: return { config: {}, findings: [finding('user data', 'it is of a kind that is not known here and was not read: set `userData` where nodes need it')] };
  }
}

function readShell(part: Part): PartReading {
  const script = readScript(part.text);
  const { config, others } = configOfFlags(script.flags);
  return {
    config: {
      ...script.unlimitedPods ? { maxPods: KUBELET_MAX_PODS } : {},
      ...script.clusterDns === undefined ? {} : { clusterDNS: [script.clusterDns] },
      ...config,
    },
    ...registered(script.flags),
    raid0: script.raid0,
    bootstraps: script.bootstraps,
    // Karpenter's own part calls the bootstrap script; a second call would undo it.
    ...!script.bootstraps && script.commands.length > 0 ? { rest: part } : {},
    findings: [
      ...script.unreadable.map(value => finding(`user data "${value}"`, 'only the running script knows the value: set it in `kubelet`, `labels` or `taints`')),
      ...others.map(flag => finding(`kubelet flag ${flag}`, NO_SUCH_SETTING)),
      ...script.options.map(([name, value]) => finding(`bootstrap option --${name} ${value}`, 'Karpenter calls the bootstrap script without it: do the same in `userData`, or build it into the image')),
      ...script.bootstraps && script.commands.length > 0 ? [finding('user data',
        `its script does more than the bootstrap ("${shortened(script.commands[0])}"${script.commands.length > 1 ? ` and ${script.commands.length - 1} more lines` : ''}): `
          + 'put that into `userData` without the call of bootstrap.sh, which Karpenter adds')] : [],
    ],
  };
}

function readNodeConfig(part: Part): PartReading {
  const document = parseDocument(part.text);
  if (document.errors.length > 0) {
    return { config: {}, rest: part, findings: [] };
  }
  const { spec = {}, ...head } = (document.toJS() ?? {}) as { readonly spec?: Record<string, any> };
  const { cluster: _, kubelet = {}, instance = {}, ...others } = spec ?? {};
  const flags = flagsIn((kubelet?.flags ?? []).map(String));
  const read = configOfFlags(flags);
  const config = Object.fromEntries(Object.entries(kubelet?.config ?? {}).filter(([name]) => KNOWN_CONFIG.includes(name)));
  const raid0 = instance?.localStorage?.strategy === 'RAID0';
  const left = {
    ...others,
    ...filled('kubelet', {
      ...filled('config', Object.fromEntries(Object.entries(kubelet?.config ?? {}).filter(([name]) => !KNOWN_CONFIG.includes(name)))),
      ...read.others.length > 0 ? { flags: read.others } : {},
    }),
    ...filled('instance', raid0 ? Object.fromEntries(Object.entries(instance).filter(([name]) => name !== 'localStorage')) : instance ?? {}),
  };
  return {
    config: { ...config, ...read.config },
    ...registered(flags),
    raid0,
    ...Object.keys(left).length > 0 ? { rest: { kind: 'nodeadm', text: stringify({ ...head, spec: left }) } } : {},
    findings: [],
  };
}

function filled(name: string, value: object): object {
  return Object.keys(value).length > 0 ? { [name]: value } : {};
}

/** Names of a kubelet's configuration by those of Bottlerocket's settings. */
const BOTTLEROCKET: Readonly<Record<string, string>> = {
  ...COMMON_NAMES,
  'image-gc-high-threshold-percent': 'imageGCHighThresholdPercent',
  'image-gc-low-threshold-percent': 'imageGCLowThresholdPercent',
  'cpu-cfs-quota-enforced': 'cpuCFSQuota',
  'cluster-dns-ip': 'clusterDNS',
};
/** Karpenter says them itself. */
const BOTTLEROCKET_CLUSTER = ['cluster-name', 'cluster-certificate', 'api-server', 'cluster-domain', 'cloud-provider', 'node-labels', 'node-taints'];

function readBottlerocket(part: Part): PartReading {
  let document: TomlTable;
  try {
    document = parseToml(part.text);
  } catch (error) {
    return { config: {}, findings: [finding('user data', `its TOML was not read (${(error as Error).message}): set \`userData\` and \`kubelet\` where nodes need it`)] };
  }
  const { settings = {}, ...beside } = document as { readonly settings?: TomlTable };
  const { kubernetes = {}, ...others } = settings as { readonly kubernetes?: TomlTable };
  const known = Object.entries(kubernetes).filter(([name]) => name in BOTTLEROCKET);
  const left = Object.keys(kubernetes).filter(name => !(name in BOTTLEROCKET) && !BOTTLEROCKET_CLUSTER.includes(name));
  return {
    config: Object.fromEntries(known.map(([name, value]) => [BOTTLEROCKET[name], plain(value)])),
    labels: Object.fromEntries(Object.entries((kubernetes['node-labels'] ?? {}) as TomlTable).map(([key, value]) => [key, String(value)])),
    taints: Object.entries((kubernetes['node-taints'] ?? {}) as TomlTable).flatMap(([key, values]) => [values].flat().map(value => taintOf(key, String(value)))),
    // Karpenter merges its settings into these and wins where both say something.
    ...left.length > 0 || Object.keys(others).length > 0 || Object.keys(beside).length > 0 ? { rest: part } : {},
    findings: [],
  };
}

/** Tables of the parser have no prototype. */
function plain(value: Toml): unknown {
  return typeof value === 'object' && !Array.isArray(value) ? { ...value } : value;
}

/** Bottlerocket writes `key = ["value:Effect"]`. */
function taintOf(key: string, text: string): Taint {
  const [value, effect] = text.split(':');
  return { key, value: value || undefined, effect: effect ?? value };
}

function readPowershell(part: Part): PartReading {
  const [, double, single] = /-KubeletExtraArgs\s+(?:"([^"]*)"|'([^']*)')/i.exec(part.text) ?? [];
  const flags = flagsIn(words(double ?? single ?? '')).filter(([, value]) => !value.includes('$'));
  const { config, others } = configOfFlags(flags);
  return {
    config,
    ...registered(flags),
    findings: [
      ...others.map(flag => finding(`kubelet flag ${flag}`, NO_SUCH_SETTING)),
      finding('user data', 'its PowerShell is not carried over: put what nodes need into `userData` without the bootstrap, which Karpenter adds (not before Karpenter 1.0)'),
    ],
  };
}

/** What a kubelet registers its node with. */
function registered(flags: ReadonlyArray<readonly [name: string, value: string]>): Pick<PartReading, 'labels' | 'taints'> {
  const all = (name: string) => flags.filter(([one]) => one === name)
    .flatMap(([, value]) => value.split(',').map(text => text.trim()).filter(text => text !== ''));
  return {
    labels: Object.fromEntries(all('node-labels').map((text) => {
      const [key, ...value] = text.split('=');
      return [key, value.join('=')];
    })),
    taints: all('register-with-taints').map((text) => {
      const end = text.lastIndexOf(':');
      const [key, ...value] = text.slice(0, end < 0 ? text.length : end).split('=');
      return { key, value: value.join('=') || undefined, effect: end < 0 ? '' : text.slice(end + 1) };
    }),
  };
}

function shortened(text: string): string {
  return text.length > LONGEST_COMMAND ? `${text.slice(0, LONGEST_COMMAND)}…` : text;
}
