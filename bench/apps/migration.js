const { KarpenterMigration, KarpenterRelease } = require('cdk-karpenter-migration');

/** The default migration. */
module.exports = (scope, cluster, stage) => new KarpenterMigration(scope, 'Migration', { cluster, release: KarpenterRelease.v1(), stage });
