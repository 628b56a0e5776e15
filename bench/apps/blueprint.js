const blueprints = require('@aws-quickstart/eks-blueprints');
const { App } = require('aws-cdk-lib');
const eks = require('aws-cdk-lib/aws-eks');

/** A blueprint with some add-ons, in its own way: it makes network and cluster itself. */
module.exports = async (...addOns) => {
  blueprints.utils.userLog.settings.minLevel = 6;
  const app = new App();
  await blueprints.EksBlueprint.builder()
    .account('111111111111').region('us-east-1')
    .version(eks.KubernetesVersion.V1_34)
    .addOns(...addOns)
    .buildAsync(app, 'Karpenter');
  app.synth();
};
