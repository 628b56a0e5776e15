const { KarpenterV1AddOn } = require('@aws-quickstart/eks-blueprints');

void require('./blueprint')(new KarpenterV1AddOn({
  namespace: 'kube-system',
  interruptionHandling: true,
  ec2NodeClassSpec: {
    amiFamily: 'AL2023',
    amiSelectorTerms: [{ alias: 'al2023@latest' }],
    subnetSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'prod' } }],
    securityGroupSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'prod' } }],
  },
  nodePoolSpec: { requirements: [{ key: 'karpenter.k8s.aws/instance-category', operator: 'In', values: ['c', 'm', 'r'] }] },
}));
