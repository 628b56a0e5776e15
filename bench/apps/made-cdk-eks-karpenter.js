const { Karpenter } = require('cdk-eks-karpenter');
const { stack, made } = require('./stack');

// With what makes it do something: the library alone makes neither.
const scope = stack();
const cluster = made(scope);
const karpenter = new Karpenter(scope, 'Karpenter', { cluster, namespace: 'kube-system', version: '1.14.3' });
const nodeClass = karpenter.addEC2NodeClass('default', {
  amiFamily: 'AL2023',
  amiSelectorTerms: [{ alias: 'al2023@latest' }],
  role: karpenter.nodeRole.roleName,
  subnetSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'prod' } }],
  securityGroupSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'prod' } }],
});
karpenter.addNodePool('general', {
  template: {
    spec: {
      nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: nodeClass.name },
      requirements: [{ key: 'karpenter.k8s.aws/instance-category', operator: 'In', values: ['c', 'm', 'r'] }],
    },
  },
});
scope.node.root.synth();
