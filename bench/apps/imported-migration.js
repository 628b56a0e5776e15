const migration = require('./migration');
const { stack, imported } = require('./stack');

const scope = stack();
migration(scope, imported(scope));
scope.node.root.synth();
