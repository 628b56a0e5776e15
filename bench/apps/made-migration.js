const migration = require('./migration');
const { stack, made } = require('./stack');

const scope = stack();
migration(scope, made(scope));
scope.node.root.synth();
