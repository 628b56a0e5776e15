const { MigrationStage } = require('cdk-karpenter-migration');
const migration = require('./migration');
const { stack, imported } = require('./stack');

const scope = stack();
migration(scope, imported(scope), MigrationStage.SCALE_DOWN);
scope.node.root.synth();
