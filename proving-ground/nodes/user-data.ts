import { parse } from 'yaml';

/** How a node describes itself to the cluster, as its instance was told to. */
export interface KubeletArguments {
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  /** Undefined if the network interfaces of the instance type decide. */
  readonly maxPods?: number;
  /** The cluster that the instance was told to join; undefined if the user data leaves that to EKS. */
  readonly clusterName?: string;
}

/**
 * Reads what the EKS AMI makes of user data that is a script or MIME parts: nodeadm of Amazon Linux 2023 its NodeConfigs, Amazon Linux 2
 * the call of bootstrap.sh.
 *
 * @see https://github.com/awslabs/amazon-eks-ami
 */
export function parseUserData(userData: string): KubeletArguments {
  const configs = nodeConfigs(userData.replace(/\r/g, ''));
  return configs.length > 0 ? fromNodeConfigs(configs) : fromBootstrap(userData);
}

/** What each MIME part of nodeadm's type holds. */
function nodeConfigs(userData: string): any[] {
  const boundary = /^Content-Type: multipart\/mixed; boundary="([^"]+)"/m.exec(userData)?.[1];
  return userData.split(`\n--${boundary}`).flatMap((part) => {
    const [headers, ...body] = part.trimStart().split('\n\n');
    return /^Content-Type: application\/node\.eks\.aws/m.test(headers) ? [parse(body.join('\n\n'))] : [];
  });
}

/**
 * Later documents win over earlier ones, field by field.
 *
 * @see https://awslabs.github.io/amazon-eks-ami/nodeadm/
 */
function fromNodeConfigs(configs: readonly any[]): KubeletArguments {
  const kubelets = configs.map(({ spec }) => spec?.kubelet ?? {});
  const config = Object.assign({}, ...kubelets.map(kubelet => kubelet.config));
  const words = flags(kubelets.flatMap(kubelet => kubelet.flags ?? []).flatMap(flag => shellWords(flag)));
  return {
    clusterName: configs.map(({ spec }) => spec?.cluster?.name).filter(Boolean).at(-1),
    labels: labelsOf(words),
    taints: config.registerWithTaints ?? [],
    ...(config.maxPods === undefined ? {} : { maxPods: Number(config.maxPods) }),
  };
}

function fromBootstrap(userData: string): KubeletArguments {
  const call = /\/etc\/eks\/bootstrap\.sh((?:[^\n\\]|\\\n)*)/.exec(userData.replace(/\r/g, ''));
  const words = shellWords(call?.[1] ?? '');
  const position = words.indexOf('--kubelet-extra-args');
  const kubelet = flags(shellWords(position < 0 ? '' : words[position + 1] ?? ''));
  return {
    clusterName: words[0] && !words[0].startsWith('--') ? words[0] : undefined,
    labels: labelsOf(kubelet),
    taints: list(kubelet.get('register-with-taints')).map(taint => {
      const [keyAndValue, effect] = taint.split(':');
      const [key, value] = pair(keyAndValue);
      return { key, ...(value ? { value } : {}), effect };
    }),
    ...(kubelet.has('max-pods') ? { maxPods: Number(kubelet.get('max-pods')) } : {}),
  };
}

function labelsOf(kubelet: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries(list(kubelet.get('node-labels')).map(label => pair(label)));
}

/** Splits as a shell does, with quotes and continued lines. */
function shellWords(text: string): string[] {
  return [...text.replace(/\\\n/g, ' ').matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)]
    .map(match => match[0].replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single));
}

function flags(words: readonly string[]): Map<string, string> {
  return new Map(words.filter(word => word.startsWith('--')).map(word => {
    const [name, value] = pair(word.slice(2));
    return [name, value];
  }));
}

function list(value = ''): string[] {
  return value.split(',').filter(item => item);
}

function pair(text: string): [string, string] {
  const position = text.indexOf('=');
  return position < 0 ? [text, ''] : [text.slice(0, position), text.slice(position + 1)];
}
