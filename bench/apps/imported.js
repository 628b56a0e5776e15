const { stack, imported } = require('./stack');

const scope = stack();
imported(scope);
scope.node.root.synth();
