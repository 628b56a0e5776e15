/** How a node describes itself to the cluster, as its instance was told to. */
export interface KubeletArguments {
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  /** Undefined if the network interfaces of the instance type decide. */
  readonly maxPods?: number;
  /** The cluster that bootstrap.sh was told to join; undefined if the user data leaves that to EKS. */
  readonly clusterName?: string;
}

/**
 * Reads what bootstrap.sh of the EKS AMI is called with, in user data that is a script or MIME parts.
 *
 * @see https://github.com/awslabs/amazon-eks-ami
 */
export function parseUserData(userData: string): KubeletArguments {
  const call = /\/etc\/eks\/bootstrap\.sh((?:[^\n\\]|\\\n)*)/.exec(userData.replace(/\r/g, ''));
  const words = shellWords(call?.[1] ?? '');
  const position = words.indexOf('--kubelet-extra-args');
  const kubelet = flags(shellWords(position < 0 ? '' : words[position + 1] ?? ''));
  return {
    clusterName: words[0] && !words[0].startsWith('--') ? words[0] : undefined,
    labels: Object.fromEntries(list(kubelet.get('node-labels')).map(label => pair(label))),
    taints: list(kubelet.get('register-with-taints')).map(taint => {
      const [keyAndValue, effect] = taint.split(':');
      const [key, value] = pair(keyAndValue);
      return { key, ...(value ? { value } : {}), effect };
    }),
    ...(kubelet.has('max-pods') ? { maxPods: Number(kubelet.get('max-pods')) } : {}),
  };
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
