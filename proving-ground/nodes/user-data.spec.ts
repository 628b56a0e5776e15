import assert from 'assert/strict';
import { test } from 'node:test';
import { parseUserData } from './user-data';

const KARPENTER = `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="//"

--//
Content-Type: text/x-shellscript; charset="us-ascii"

#!/bin/bash -xe
exec > >(tee /var/log/user-data.log|logger -t user-data -s 2>/dev/console) 2>&1
/etc/eks/bootstrap.sh 'prod' --apiserver-endpoint 'https://10.255.0.1:6443' --b64-cluster-ca 'Q0E=' \\
--container-runtime containerd \\
--dns-cluster-ip '10.96.0.10' \\
--use-max-pods false \\
--kubelet-extra-args '--node-labels="karpenter.sh/capacity-type=on-demand,karpenter.sh/provisioner-name=default" --register-with-taints="team=a:NoSchedule,fresh:NoExecute" --max-pods=110'
--//--
`;

void test('labels, taints and the number of pods come from the arguments that Karpenter writes', () => {
  assert.deepEqual(parseUserData(KARPENTER), {
    clusterName: 'prod',
    labels: { 'karpenter.sh/capacity-type': 'on-demand', 'karpenter.sh/provisioner-name': 'default' },
    taints: [{ key: 'team', value: 'a', effect: 'NoSchedule' }, { key: 'fresh', effect: 'NoExecute' }],
    maxPods: 110,
  });
});

void test('user data without a call of bootstrap.sh tells nothing', () => {
  assert.deepEqual(parseUserData('#!/bin/bash\nyum install -y something\n'), { clusterName: undefined, labels: {}, taints: [] });
});

void test('a value of a label may hold an equals sign', () => {
  const { labels } = parseUserData("/etc/eks/bootstrap.sh prod --kubelet-extra-args '--node-labels=a=b=c'");
  assert.deepEqual(labels, { a: 'b=c' });
});

const NODECONFIG = `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="//"

--//
Content-Type: application/node.eks.aws

apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    config:
      maxPods: 20
    flags:
    - --node-labels=mine=1

--//
Content-Type: text/x-shellscript

#!/bin/bash
echo hello

--//
Content-Type: application/node.eks.aws

# Karpenter Generated NodeConfig
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  cluster:
    apiServerEndpoint: https://10.255.0.1:6443
    name: prod
  kubelet:
    config:
      maxPods: 110
      registerWithTaints:
      - effect: NoExecute
        key: karpenter.sh/unregistered
    flags:
    - --node-labels="karpenter.sh/capacity-type=on-demand,karpenter.sh/nodepool=default"

--//--
`;

void test('a NodeConfig of nodeadm tells the same, and a later one wins over an earlier one', () => {
  assert.deepEqual(parseUserData(NODECONFIG), {
    clusterName: 'prod',
    labels: { 'karpenter.sh/capacity-type': 'on-demand', 'karpenter.sh/nodepool': 'default' },
    taints: [{ key: 'karpenter.sh/unregistered', effect: 'NoExecute' }],
    maxPods: 110,
  });
});
