import { isIP } from 'net';
import { quantity } from '../../../kubernetes/quantity';
import { Finding, finding } from '../findings';
import { KubeletProposal, ReservedProposal, ThresholdProposal } from '../proposal';

/** What a kubelet was told, by the names of its configuration file; values as they were written. */
export type KubeletConfig = Readonly<Record<string, unknown>>;

/** Without the leading dashes. */
export type Flags = ReadonlyArray<readonly [name: string, value: string]>;

export interface KubeletReading {
  readonly kubelet: KubeletProposal;
  readonly findings: readonly Finding[];
}

/** Names of the configuration by those that flags and Bottlerocket's settings have alike. */
export const COMMON_NAMES: Readonly<Record<string, string>> = {
  'max-pods': 'maxPods',
  'pods-per-core': 'podsPerCore',
  'system-reserved': 'systemReserved',
  'kube-reserved': 'kubeReserved',
  'eviction-hard': 'evictionHard',
  'eviction-soft': 'evictionSoft',
  'eviction-soft-grace-period': 'evictionSoftGracePeriod',
  'eviction-max-pod-grace-period': 'evictionMaxPodGracePeriod',
};

/** Names of the configuration by those of the flags. */
const FLAGS: Readonly<Record<string, string>> = {
  ...COMMON_NAMES,
  'image-gc-high-threshold': 'imageGCHighThresholdPercent',
  'image-gc-low-threshold': 'imageGCLowThresholdPercent',
  'cpu-cfs-quota': 'cpuCFSQuota',
  'cluster-dns': 'clusterDNS',
};

/** All that a pool or a node class can say. */
export const KNOWN_CONFIG: readonly string[] = Object.values(FLAGS);

/** What the image or Karpenter sets itself. */
const OF_THE_IMAGE: readonly string[] = [
  'cloud-provider', 'config', 'kubeconfig', 'container-runtime', 'container-runtime-endpoint', 'pod-infra-container-image', 'hostname-override', 'node-ip',
  'network-plugin', 'runtime-request-timeout',
];

const SIGNALS: Readonly<Record<string, string>> = {
  'memory.available': 'memoryAvailable',
  'nodefs.available': 'nodefsAvailable',
  'nodefs.inodesFree': 'nodefsInodesFree',
  'imagefs.available': 'imagefsAvailable',
  'imagefs.inodesFree': 'imagefsInodesFree',
  'pid.available': 'pidAvailable',
};
const COUNTED = ['nodefs.inodesFree', 'imagefs.inodesFree', 'pid.available'];

/** The kubelet's own, against which a single one is checked. */
const IMAGE_GC = { high: 85, low: 80 };

/** Flags as configuration, and those that are none of it. */
export function configOfFlags(flags: Flags): { readonly config: KubeletConfig; readonly others: string[] } {
  const known = flags.filter(([name]) => name in FLAGS);
  return {
    config: Object.fromEntries(known.map(([name, value]) => [FLAGS[name], fromFlag(name, value)])),
    others: flags.filter(([name]) => !(name in FLAGS) && !OF_THE_IMAGE.includes(name) && name !== 'node-labels' && name !== 'register-with-taints')
      .map(([name, value]) => `--${name}=${value}`),
  };
}

/** The settings that a pool or a node class has for a kubelet's configuration; what it does not have is a finding. */
export function kubeletOf(config: KubeletConfig): KubeletReading {
  const findings: Finding[] = [];
  /** Gives undefined, and says why, where a value is none that can be written. */
  const read = <T>(name: string, convert: (value: unknown) => T): T | undefined => {
    if (config[name] === undefined || config[name] === null) {
      return undefined;
    }
    try {
      return convert(config[name]);
    } catch (error) {
      findings.push(finding(`kubelet ${name} ${JSON.stringify(config[name])}`, `${(error as Error).message}; set \`kubelet\` by hand`));
      return undefined;
    }
  };
  const soft = read('evictionSoft', value => mapped(value, (text, signal) => ({
    threshold: threshold(text, signal), seconds: seconds(record(config.evictionSoftGracePeriod ?? {})[signal]),
  })));
  const kubelet: KubeletProposal = {
    clusterDns: read('clusterDNS', addresses),
    maxPods: read('maxPods', value => whole(value, 1)),
    podsPerCore: read('podsPerCore', value => whole(value, 0)) || undefined,
    systemReserved: read('systemReserved', reserved),
    kubeReserved: read('kubeReserved', reserved),
    evictionHard: read('evictionHard', value => mapped(value, threshold)),
    evictionSoft: soft,
    evictionMaxPodGracePeriod: read('evictionMaxPodGracePeriod', value => whole(value, 0)),
    ...imageCollection(read('imageGCHighThresholdPercent', percent), read('imageGCLowThresholdPercent', percent), findings),
    cpuCfsQuota: read('cpuCFSQuota', boolean),
  };
  const others = Object.keys(config).filter(name => !KNOWN_CONFIG.includes(name));
  return {
    kubelet: Object.fromEntries(Object.entries(kubelet).filter(([, value]) => value !== undefined)),
    findings: [...findings, ...others.map(name => finding(`kubelet ${name} ${JSON.stringify(config[name])}`, NO_SUCH_SETTING))],
  };
}

export const NO_SUCH_SETTING = 'Karpenter has no setting for it: write it into `userData` in the form that the image reads, or build it into the image';

function imageCollection(high: number | undefined, low: number | undefined, findings: Finding[]): KubeletProposal {
  if ((high ?? IMAGE_GC.high) <= (low ?? IMAGE_GC.low)) {
    findings.push(finding(`kubelet imageGCHighThresholdPercent ${high ?? IMAGE_GC.high}, imageGCLowThresholdPercent ${low ?? IMAGE_GC.low}`,
      'the high threshold must be greater than the low one; set both in `kubelet`'));
    return {};
  }
  return { imageGcHighThresholdPercent: high, imageGcLowThresholdPercent: low };
}

/** Lists of pairs, such as `cpu=100m,memory=200Mi` and `memory.available<5%`. */
function fromFlag(name: string, value: string): unknown {
  switch (FLAGS[name]) {
    case 'clusterDNS':
      return value.split(',').filter(address => address !== '');
    case 'systemReserved': case 'kubeReserved': case 'evictionHard': case 'evictionSoft': case 'evictionSoftGracePeriod':
      return Object.fromEntries(value.split(',').filter(pair => pair.trim() !== '').map((pair) => {
        const [, key = pair, text = ''] = /^\s*([^=<]+?)\s*[=<]\s*(.*?)\s*$/.exec(pair) ?? [];
        return [key, text];
      }));
    default:
      return value;
  }
}

function reserved(value: unknown): ReservedProposal {
  const { cpu, memory, 'ephemeral-storage': ephemeralStorage, pid, ...others } = record(value);
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw new Error(`"${other}" cannot be reserved`);
  }
  const read = (one: unknown, convert: (value: unknown) => number) => one === undefined || one === null ? undefined : convert(one);
  return defined({
    cpu: read(cpu, cores), memory: read(memory, bytes), ephemeralStorage: read(ephemeralStorage, bytes), pid: read(pid, one => whole(one, 0)),
  });
}

function threshold(value: unknown, signal: string): ThresholdProposal {
  const text = String(value);
  const percentage = /^(\d+(?:\.\d{1,2})?)%$/.exec(text)?.[1];
  if (percentage !== undefined && Number(percentage) <= 100) {
    return { percentage: Number(percentage) };
  }
  const amount = bytes(text);
  // The kubelet takes no threshold of nothing; none at all is what is meant.
  return amount === 0 ? { percentage: 0 } : COUNTED.includes(signal) ? { count: amount } : { bytes: amount };
}

function mapped<T>(value: unknown, convert: (value: unknown, signal: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record(value)).map(([signal, one]) => {
    if (!(signal in SIGNALS)) {
      throw new Error(`"${signal}" is no signal that Karpenter knows`);
    }
    return [SIGNALS[signal], convert(one, signal)];
  }));
}

function addresses(value: unknown): string[] {
  const all = [value].flat().map(String);
  const wrong = all.find(address => isIP(address) === 0);
  if (wrong !== undefined || all.length === 0) {
    throw new Error(`"${wrong ?? ''}" is no IP address`);
  }
  return all;
}

function cores(value: unknown): number {
  return Math.round(quantity(String(value)) * 1000) / 1000;
}

function bytes(value: unknown): number {
  const amount = Math.round(quantity(String(value)));
  if (amount < 0) {
    throw new Error(`${amount} is less than nothing`);
  }
  return amount;
}

function whole(value: unknown, minimum: number): number {
  const number = typeof value === 'string' && value.trim() === '' ? NaN : Number(value);
  if (!Number.isInteger(number) || number < minimum) {
    throw new Error(`it is no whole number of at least ${minimum}`);
  }
  return number;
}

function percent(value: unknown): number {
  const number = whole(value, 0);
  if (number > 100) {
    throw new Error('it is no percentage');
  }
  return number;
}

function boolean(value: unknown): boolean {
  if (!['true', 'false'].includes(String(value))) {
    throw new Error('it is neither true nor false');
  }
  return String(value) === 'true';
}

/** `1m30s`, as Go writes durations. */
function seconds(value: unknown): number {
  const text = String(value ?? '');
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  const sum = parts.reduce((total, [, amount, unit]) => total + Number(amount) * { h: 3600, m: 60, s: 1, ms: 0.001 }[unit]!, 0);
  if (parts.map(([all]) => all).join('') !== text || text === '' || !Number.isInteger(sum)) {
    throw new Error(`the grace period "${text}" is no number of whole seconds`);
  }
  return sum;
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('it is no list of names with values');
  }
  return value as Record<string, unknown>;
}

function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}
