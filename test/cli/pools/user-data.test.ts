import { joined, partsOf } from '../../../src/cli/pools/user-data/document';
import { readUserData } from '../../../src/cli/pools/user-data/read';
import { parseToml } from '../../../src/cli/pools/user-data/toml';

function mime(...parts: ReadonlyArray<readonly [type: string, text: string]>): string {
  return [
    'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary="==B=="', '',
    ...parts.flatMap(([type, text]) => ['--==B==', `Content-Type: ${type}; charset="us-ascii"`, '', text, '']), '--==B==--', '',
  ].join('\n');
}

const nodeConfig = (spec: string) => `apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n${spec}`;
const read = (text: string) => readUserData({ text });
const things = (text: string) => read(text).findings.map(({ thing }) => thing);

describe('the parts of user data', () => {
  test.each([
    ['a script', '#!/bin/bash\necho', ['shell']],
    ['a NodeConfig', `---\n${nodeConfig('  kubelet: {}')}`, ['nodeadm']],
    ['settings of Bottlerocket', '[settings.kubernetes]\nmax-pods = 5', ['bottlerocket']],
    ['dotted settings of Bottlerocket', 'settings.motd = "hi"', ['bottlerocket']],
    ['PowerShell', '<powershell>\nWrite-Host\n</powershell>', ['powershell']],
    ['cloud-config', '#cloud-config\npackages: [htop]', ['cloud-config']],
    ['anything else', 'hello', ['unknown']],
    ['nothing', '  \n', []],
    ['several parts', mime(['text/x-shellscript', '#!/bin/sh'], ['application/node.eks.aws', nodeConfig('  cluster: {}')]), ['shell', 'nodeadm']],
    ['several parts with the line ends of Windows', mime(['text/cloud-config', 'a: b']).replace(/\n/g, '\r\n'), ['cloud-config']],
    ['a part without a type', mime(['text/plain', '#!/bin/sh\necho']), ['shell']],
    ['parts in a part', mime(['multipart/mixed; boundary=inner', '--inner\nContent-Type: text/x-shellscript\n\n#!/bin/sh\n--inner--']), ['shell']],
    ['a boundary over two lines', mime(['text/x-shellscript', '#!/bin/sh']).replace('; boundary', ';\n boundary'), ['shell']],
  ])('%s', (_, text, kinds) => {
    expect(partsOf({ text }).map(({ kind }) => kind)).toEqual(kinds);
  });

  test('a part in base64 is decoded', () => {
    const text = `Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/x-shellscript\nContent-Transfer-Encoding: base64\n\n${
      Buffer.from('#!/bin/sh\necho hi').toString('base64')}\n--b--\n`;
    expect(partsOf({ text })).toEqual([{ kind: 'shell', text: '#!/bin/sh\necho hi' }]);
  });

  test('parts that are joined are the same parts again', () => {
    const parts = partsOf({ text: mime(['text/x-shellscript', '#!/bin/sh\necho a'], ['application/node.eks.aws', nodeConfig('  kubelet: {}')]) });
    expect(partsOf({ text: joined(parts) }).map(({ kind, text }) => [kind, text.trim()])).toEqual(parts.map(({ kind, text }) => [kind, text.trim()]));
  });

  test('what is compressed is said', () => {
    expect(readUserData({ gzip: true }).findings.map(({ advice }) => advice)).toEqual([expect.stringContaining('gzip')]);
  });

  test('nothing is nothing', () => {
    expect(readUserData(undefined)).toMatchObject({ kubelet: {}, labels: {}, taints: [], rest: [], findings: [] });
  });
});

describe('a bootstrap script of Amazon Linux 2', () => {
  test.each([
    ['flags in single quotes', '/etc/eks/bootstrap.sh prod --kubelet-extra-args \'--max-pods=58 --pods-per-core=4\'', { maxPods: 58, podsPerCore: 4 }],
    ['flags in double quotes with values apart', 'bash /etc/eks/bootstrap.sh prod --kubelet-extra-args "--max-pods 58"', { maxPods: 58 }],
    ['a call over several lines', '/etc/eks/bootstrap.sh prod \\\n  --use-max-pods false \\\n  --kubelet-extra-args "--max-pods=17"', { maxPods: 17 }],
    ['a number of pods that nobody says', '/etc/eks/bootstrap.sh prod --use-max-pods false', { maxPods: 110 }],
    ['a number of pods that EKS computes', '/etc/eks/bootstrap.sh prod --use-max-pods true', {}],
    ['variables of the script', 'ARGS="--max-pods=20"\n/etc/eks/bootstrap.sh prod --kubelet-extra-args "$ARGS"', { maxPods: 20 }],
    ['variables in braces', 'PODS=21\nexport ARGS="--max-pods=${PODS}"\n/etc/eks/bootstrap.sh prod --kubelet-extra-args "${ARGS}"', { maxPods: 21 }],
    ['the variables that the bootstrap script reads', 'export KUBELET_EXTRA_ARGS="--max-pods=22"\nexport USE_MAX_PODS=false\nsed -i "/x/a source y" /etc/eks/bootstrap.sh', { maxPods: 22 }],
    ['reserved resources', '/etc/eks/bootstrap.sh prod --kubelet-extra-args "--system-reserved=cpu=100m,memory=200Mi --kube-reserved=ephemeral-storage=1Gi,pid=100"', {
      systemReserved: { cpu: 0.1, memory: 200 * 2 ** 20 }, kubeReserved: { ephemeralStorage: 2 ** 30, pid: 100 },
    }],
    ['thresholds', '/etc/eks/bootstrap.sh prod --kubelet-extra-args "--eviction-hard=memory.available<500Mi,nodefs.available<10%,nodefs.inodesFree<1000"', {
      evictionHard: { memoryAvailable: { bytes: 500 * 2 ** 20 }, nodefsAvailable: { percentage: 10 }, nodefsInodesFree: { count: 1000 } },
    }],
    ['soft thresholds', '/etc/eks/bootstrap.sh prod --kubelet-extra-args '
      + '"--eviction-soft=memory.available<1Gi --eviction-soft-grace-period=memory.available=1m30s --eviction-max-pod-grace-period=60"', {
      evictionSoft: { memoryAvailable: { threshold: { bytes: 2 ** 30 }, seconds: 90 } }, evictionMaxPodGracePeriod: 60,
    }],
    ['collection of images and CPU limits', '/etc/eks/bootstrap.sh prod --kubelet-extra-args "--image-gc-high-threshold=70 --image-gc-low-threshold=60 --cpu-cfs-quota=false"', {
      imageGcHighThresholdPercent: 70, imageGcLowThresholdPercent: 60, cpuCfsQuota: false,
    }],
    ['the address of the DNS service', '/etc/eks/bootstrap.sh prod --dns-cluster-ip 172.20.0.10', { clusterDns: ['172.20.0.10'] }],
    ['a threshold of nothing', '/etc/eks/bootstrap.sh prod --kubelet-extra-args "--eviction-hard=memory.available<0"', { evictionHard: { memoryAvailable: { percentage: 0 } } }],
    ['a comment', '# /etc/eks/bootstrap.sh prod --use-max-pods false', {}],
  ])('%s', (_, script, kubelet) => {
    const reading = read(`#!/bin/bash\nset -ex\n${script}\n`);
    expect(reading.kubelet).toEqual(kubelet);
    expect(reading.findings.filter(({ thing }) => thing !== 'user data')).toEqual([]);
  });

  test('labels and taints that the kubelet registers are read', () => {
    const { labels, taints } = read('#!/bin/bash\n/etc/eks/bootstrap.sh prod --kubelet-extra-args "--node-labels=a=b,x.io/c= --register-with-taints=d=e:NoSchedule,f:NoExecute"');
    expect(labels).toEqual({ 'a': 'b', 'x.io/c': '' });
    expect(taints).toEqual([{ key: 'd', value: 'e', effect: 'NoSchedule' }, { key: 'f', value: undefined, effect: 'NoExecute' }]);
  });

  test.each([
    ['a flag that Karpenter has no setting for', '/etc/eks/bootstrap.sh prod --kubelet-extra-args "--registry-qps=20"', ['kubelet flag --registry-qps=20']],
    ['a value that only the running script knows', '/etc/eks/bootstrap.sh prod --kubelet-extra-args "--max-pods=$(pods)"', ['user data "--max-pods=$(pods)"']],
    ['such a value beside others', '/etc/eks/bootstrap.sh prod --kubelet-extra-args "--node-labels=a=b --max-pods=$PODS $MORE"', ['user data "$MORE"', 'user data "--max-pods=$PODS"']],
    ['a variable that comes from elsewhere', '/etc/eks/bootstrap.sh prod --kubelet-extra-args "$ELSEWHERE"', ['user data "$ELSEWHERE"']],
    ['an option of the bootstrap script', '/etc/eks/bootstrap.sh prod --containerd-config-file /etc/c.toml', ['bootstrap option --containerd-config-file /etc/c.toml']],
    ['commands beside the bootstrap', 'yum install -y htop\n/etc/eks/bootstrap.sh prod', ['user data']],
    ['a value that is none', '/etc/eks/bootstrap.sh prod --kubelet-extra-args "--max-pods=many"', ['kubelet maxPods "many"']],
    ['a signal that Karpenter does not know', '/etc/eks/bootstrap.sh prod --kubelet-extra-args "--eviction-hard=allocatableMemory.available<1Gi"',
      ['kubelet evictionHard {"allocatableMemory.available":"1Gi"}']],
    ['a soft threshold without a time', '/etc/eks/bootstrap.sh prod --kubelet-extra-args "--eviction-soft=memory.available<1Gi"', ['kubelet evictionSoft {"memory.available":"1Gi"}']],
    ['thresholds of images that contradict each other', '/etc/eks/bootstrap.sh prod --kubelet-extra-args "--image-gc-high-threshold=60"',
      ['kubelet imageGCHighThresholdPercent 60, imageGCLowThresholdPercent 80']],
    ['resources that cannot be reserved', '/etc/eks/bootstrap.sh prod --kubelet-extra-args "--kube-reserved=gpu=1"', ['kubelet kubeReserved {"gpu":"1"}']],
  ])('%s is a finding', (_, script, found) => {
    expect(things(`#!/bin/bash\n${script}`)).toEqual(found);
  });

  test('what says which cluster it is needs no word', () => {
    expect(things('#!/bin/bash\nset -e\nCA=abc\n/etc/eks/bootstrap.sh prod --b64-cluster-ca $CA --apiserver-endpoint https://x --kubelet-extra-args "--cloud-provider=external"')).toEqual([]);
  });

  test('a script without the bootstrap is kept as it is', () => {
    const script = '#!/bin/bash\nsysctl -w vm.max_map_count=262144\n';
    expect(read(script)).toMatchObject({ rest: [{ kind: 'shell', text: script }], bootstraps: false, findings: [] });
  });

  test('one array of local disks is read', () => {
    expect(read('#!/bin/bash\n/etc/eks/bootstrap.sh prod --local-disks raid0').raid0).toBe(true);
    expect(things('#!/bin/bash\n/etc/eks/bootstrap.sh prod --local-disks mount')).toEqual(['bootstrap option --local-disks mount']);
  });
});

describe('a NodeConfig of Amazon Linux 2023', () => {
  test('settings of the kubelet are read from its configuration and its flags', () => {
    const { kubelet, labels, taints, rest, findings } = read(nodeConfig([
      '  cluster: { name: prod, apiServerEndpoint: https://x, certificateAuthority: YQ==, cidr: 10.0.0.0/16 }',
      '  kubelet:', '    config:', '      maxPods: 110', '      clusterDNS: [10.0.0.10]', '      evictionHard: { memory.available: 5% }',
      '    flags: ["--node-labels=a=b", "--register-with-taints=c:NoSchedule"]',
    ].join('\n')));
    expect(kubelet).toEqual({ maxPods: 110, clusterDns: ['10.0.0.10'], evictionHard: { memoryAvailable: { percentage: 5 } } });
    expect({ labels, taints, rest, findings }).toEqual({ labels: { a: 'b' }, taints: [{ key: 'c', effect: 'NoSchedule' }], rest: [], findings: [] });
  });

  test('what has no setting is kept without what has one', () => {
    const { rest, raid0 } = read(nodeConfig([
      '  kubelet:', '    config: { maxPods: 9, registryPullQPS: 20 }', '    flags: ["--v=2", "--max-pods=8"]',
      '  instance: { localStorage: { strategy: RAID0 } }', '  containerd: { config: "version = 3" }',
    ].join('\n')));
    expect(raid0).toBe(true);
    expect(rest).toHaveLength(1);
    expect(partsOf({ text: joined(rest) })).toEqual([{ kind: 'nodeadm', text: expect.stringContaining('registryPullQPS: 20') }]);
    expect(rest[0].text).toContain('--v=2');
    expect(rest[0].text).toContain('version = 3');
    expect(rest[0].text).not.toMatch(/max|RAID0|localStorage/i);
  });

  test('a NodeConfig that is no YAML is kept', () => {
    const text = nodeConfig('  kubelet: {{');
    expect(read(text)).toMatchObject({ kubelet: {}, rest: [{ kind: 'nodeadm', text }] });
  });
});

describe('settings of Bottlerocket', () => {
  test('those of the kubelet are read', () => {
    const { kubelet, labels, taints, rest, findings } = read([
      '[settings.kubernetes]', 'cluster-name = "prod"', 'api-server = "https://x"', 'max-pods = 42', 'image-gc-high-threshold-percent = "70"',
      'image-gc-low-threshold-percent = "60"', 'cpu-cfs-quota-enforced = false', 'cluster-dns-ip = ["10.0.0.10"]',
      '[settings.kubernetes.node-labels]', '"example.com/team" = "a"', '[settings.kubernetes.node-taints]', 'special = ["yes:NoSchedule", ":NoExecute"]',
      '[settings.kubernetes.eviction-hard]', '"memory.available" = "15%"', '[settings.kubernetes.system-reserved]', 'cpu = "10m"',
    ].join('\n'));
    expect(kubelet).toEqual({
      maxPods: 42,
      imageGcHighThresholdPercent: 70,
      imageGcLowThresholdPercent: 60,
      cpuCfsQuota: false,
      clusterDns: ['10.0.0.10'],
      evictionHard: { memoryAvailable: { percentage: 15 } },
      systemReserved: { cpu: 0.01 },
    });
    expect(labels).toEqual({ 'example.com/team': 'a' });
    expect(taints).toEqual([{ key: 'special', value: 'yes', effect: 'NoSchedule' }, { key: 'special', value: undefined, effect: 'NoExecute' }]);
    expect({ rest, findings }).toEqual({ rest: [], findings: [] });
  });

  test('others are kept in the whole', () => {
    const text = '[settings.kubernetes]\nmax-pods = 4\n[settings.host-containers.admin]\nenabled = true\n';
    expect(read(text)).toMatchObject({ kubelet: { maxPods: 4 }, rest: [{ kind: 'bottlerocket', text }] });
  });

  test('what is no TOML is a finding', () => {
    expect(read('[settings.kubernetes]\nmax-pods four').findings).toEqual([{ thing: 'user data', advice: expect.stringContaining('max-pods four') }]);
  });
});

test('the arguments of a Windows bootstrap are read, and its script is a finding', () => {
  const reading = read('<powershell>\n[string]$EKSBootstrapScriptFile = "x"\n& $EKSBootstrapScriptFile -EKSClusterName "prod" -KubeletExtraArgs "--max-pods=30 --node-labels=os=win"\n</powershell>');
  expect(reading).toMatchObject({ kubelet: { maxPods: 30 }, labels: { os: 'win' }, rest: [] });
  expect(reading.findings.map(({ thing }) => thing)).toEqual(['user data']);
});

describe('TOML', () => {
  test.each<[string, string, unknown]>([
    ['tables and dotted keys', '[a.b]\nc = 1\nd.e = true\n[f]\n', { a: { b: { c: 1, d: { e: true } } }, f: {} }],
    ['comments and blanks', '# one\n a = "x # no" # two\n\n', { a: 'x # no' }],
    ['quoted keys', '["a.b"]\n"c d" = \'e\\f\'', { 'a.b': { 'c d': 'e\\f' } }],
    ['escapes', 'a = "tab\\t\\"q\\" \\u00e9"', { a: 'tab\t"q" é' }],
    ['lists over several lines', 'a = [\n  1, # one\n  2,\n]\nb = 3', { a: [1, 2], b: 3 }],
    ['inline tables', 'a = { b = "c", d = { e = 1_000 } }', { a: { b: 'c', d: { e: 1000 } } }],
    ['text over several lines', 'a = """\nx\ny"""\nb = \'\'\'z\'\'\'', { a: 'x\ny', b: 'z' }],
    ['tables in lists', '[[a]]\nb = 1\n[[a]]\nb = 2\n[a.c]\nd = 3', { a: [{ b: 1 }, { b: 2, c: { d: 3 } }] }],
    ['a key that objects have themselves', '[settings.__proto__]\nx = 1', { settings: JSON.parse('{ "__proto__": { "x": 1 } }') }],
  ])('%s', (_, text, value) => {
    expect(JSON.parse(JSON.stringify(parseToml(text)))).toEqual(value);
    expect(({} as any).x).toBeUndefined();
  });

  test.each(['a', 'a = ', 'a = b', 'a = 1 2', 'a = [1', '= 1', 'a = "x'])('%s is refused', (text) => {
    expect(() => parseToml(text)).toThrow();
  });
});
