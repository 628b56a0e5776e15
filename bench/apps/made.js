const { stack, made } = require('./stack');

const scope = stack();
made(scope);
scope.node.root.synth();
